import { abridged } from '../abridged.ts';
import { count } from './amounts.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

/** Rows that are not ok for the same reason, and some of them. */
export type RejectGroup = {
  reason: string;
  rows: number;
  examples: { key: string; outcome: string; message: string }[];
};

const CHARACTERS_SHOWN = 500;

export const rejectList = (groups: readonly RejectGroup[]): Html =>
  groups.length === 0
    ? nothing
    : html`<section>
        <h2>Rows that are not ok</h2>
        <p class="dim">Each of them stands in <code>rejects.jsonl</code>, with what was received.</p>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>step and reason</th>
                <th class="number">rows</th>
                <th>for example</th>
              </tr>
            </thead>
            <tbody>
              ${groups.map(
                ({ reason, rows, examples }) =>
                  html`<tr>
                    <td>${reason}</td>
                    <td class="number">${count(rows)}</td>
                    <td class="long">
                      ${examples.map(
                        ({ key, outcome, message }) =>
                          html`<p>
                            <code>${key}</code>
                            <span class="bad">${outcome}</span> ${abridged(message, CHARACTERS_SHOWN)}
                          </p>`,
                      )}
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </section>`;
