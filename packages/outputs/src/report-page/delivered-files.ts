import type { Report } from '@batchmill/contracts';
import { count } from './amounts.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

const FILES_SHOWN = 200;
const BATCHES_SHOWN = 500;

/** The files beside the report, and the provider's batches they came from. */
export const deliveredFiles = ({ files, batches }: Report): Html =>
  html`<section>
    <h2>Files</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>file</th>
            <th class="number">rows</th>
            <th class="number">bytes</th>
            <th>SHA-256</th>
          </tr>
        </thead>
        <tbody>
          ${files.slice(0, FILES_SHOWN).map(
            ({ path, rows, bytes, sha256 }) =>
              html`<tr>
                <td class="long">${path}</td>
                <td class="number">${count(rows)}</td>
                <td class="number">${count(bytes)}</td>
                <td><code>${sha256.slice(0, 16)}…</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more(files.length - FILES_SHOWN, 'files')} ${batches.length === 0 ? nothing : batchList(batches)}
  </section>`;

const batchList = (batches: Report['batches']): Html =>
  html`<details>
    <summary>${count(batches.length)} batches of the provider</summary>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>batch</th>
            <th>step</th>
            <th class="number">shard</th>
            <th>state</th>
            <th class="number">requests</th>
          </tr>
        </thead>
        <tbody>
          ${batches.slice(0, BATCHES_SHOWN).map(
            ({ batchId, step, shard, state, requests }) =>
              html`<tr>
                <td><code>${batchId}</code></td>
                <td>${step}</td>
                <td class="number">${shard}</td>
                <td>${state}</td>
                <td class="number">${count(requests)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more(batches.length - BATCHES_SHOWN, 'batches')}
  </details>`;

const more = (left: number, things: string): Html =>
  left <= 0 ? nothing : html`<p class="dim">and ${count(left)} more ${things}, in <code>report.json</code></p>`;
