import type { Report } from '@batchmill/contracts';
import { accounting } from './accounting.ts';
import { deliveredFiles } from './delivered-files.ts';
import { html, Html, nothing } from './html.ts';
import { heading, receipt } from './receipt.ts';
import { rejectList } from './reject-list.ts';
import type { RejectGroup } from './reject-list.ts';
import { rowView } from './row-view.ts';
import type { SampledRow } from './row-view.ts';
import { STYLE } from './style.ts';

export type ReportPageParts = { report: Report; rows: SampledRow[]; rejects: RejectGroup[] };

/**
 * `report.html`: the report for a browser, with some of the rows. One file that loads nothing and runs nothing; all texts
 * in it are data and are shown as text.
 */
export const reportPage = ({ report, rows, rejects }: ReportPageParts): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${report.name}: report</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        ${heading(report)} ${receipt(report)} ${accounting(report)} ${rejectList(rejects)} ${sampledRows(rows)}
        ${deliveredFiles(report)}
      </body>
    </html> `.markup;

const sampledRows = (rows: readonly SampledRow[]): Html =>
  rows.length === 0
    ? nothing
    : html`<section>
        <h2>Rows, drawn at random</h2>
        ${rows.map(rowView)}
      </section>`;
