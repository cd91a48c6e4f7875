import { OUTCOMES, stageName } from '@batchmill/contracts';
import type { Report, StepReport } from '@batchmill/contracts';
import { count, dollars } from './amounts.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

/** What became of the rows in each step, and of all of them in the end. */
export const accounting = ({ steps, outcomes, rows }: Report): Html => {
  const shown = OUTCOMES.filter(
    (outcome) => outcomes[outcome] !== undefined || steps.some((step) => step.outcomes[outcome] !== undefined),
  );
  const line = ({
    step,
    round,
    entering,
    outcomes: counts,
    askedAgain,
    attempts,
    inputTokens,
    outputTokens,
    cost,
  }: StepReport) =>
    html`<tr>
      <td>${stageName({ step, round })}</td>
      ${number(count(entering))}${shown.map((outcome) => number(countOrDash(counts[outcome])))}
      <td>${listed(askedAgain)}</td>
      ${number(count(attempts))}${number(count(inputTokens))}${number(count(outputTokens))}${number(dollars(cost))}
    </tr>`;
  return html`<section>
    <h2>Accounting</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>step</th>
            <th class="number">entered</th>
            ${shown.map((outcome) => html`<th class="number">${outcome}</th>`)}
            <th>asked again</th>
            <th class="number">attempts</th>
            <th class="number">tokens in</th>
            <th class="number">tokens out</th>
            <th class="number">cost</th>
          </tr>
        </thead>
        <tbody>
          ${
            rows.rejectedAtSource === 0
              ? nothing
              : html`<tr>
                  <td>source</td>
                  ${number(count(rows.source))}
                  <td colspan="${shown.length + 5}">${count(rows.rejectedAtSource)} could not be used</td>
                </tr>`
          }
          ${steps.map(line)}
          <tr>
            <td><strong>in the end</strong></td>
            <td></td>
            ${shown.map((outcome) => number(countOrDash(outcomes[outcome])))}
            <td colspan="5"></td>
          </tr>
        </tbody>
      </table>
    </div>
    ${steps.map(picturesOf)}
  </section>`;
};

const picturesOf = ({ step, round, pictures }: StepReport): Html => {
  if (pictures === undefined) return nothing;
  const { inlined, distinct, originalBytes, sentBytes } = pictures;
  const saved = originalBytes === sentBytes ? '' : ` in place of ${count(originalBytes)}`;
  return html`<p class="dim">
    ${stageName({ step, round })}: ${count(inlined)} pictures in the requests, ${count(distinct)} of them different,
    with ${count(sentBytes)} bytes${saved}
  </p>`;
};

const number = (text: string): Html => html`<td class="number">${text}</td>`;

const countOrDash = (rows: number | undefined): string => (rows === undefined ? '–' : count(rows));

const listed = (reasons: Record<string, number>): string =>
  Object.entries(reasons)
    .map(([reason, rows]) => `${reason}: ${count(rows)}`)
    .join(', ');
