import { OUTCOMES } from '@batchmill/contracts';
import type { OutcomeCounts, Report } from '@batchmill/contracts';
import { count, dollars, duration, time } from './amounts.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** What it was, how it ended, and what a reader should know before anything else. */
export const heading = ({ name, job, run, state, simulated, warnings, startedAt, endedAt }: Report): Html => {
  const notices = [
    ...(simulated ? ['The answers are made up: they come from the simulator, and nothing was paid.'] : []),
    ...warnings,
  ];
  return html`<header>
    <h1>${name}</h1>
    <p>
      <strong class="${CLASSES[state]}">${state}</strong>
      <span class="dim"
        >job <code>${job}</code>, run ${run}, ${time(startedAt)} to ${time(endedAt)}, ${duration(endedAt - startedAt)}
        h</span
      >
    </p>
    ${notices.map((notice) => html`<p class="notice">${notice}</p>`)}
  </header>`;
};

const CLASSES: Record<Report['state'], string> = {
  completed: 'good',
  'completed-with-rejects': 'partly',
  cancelled: 'bad',
  failed: 'bad',
};

/** Rows, tokens and money of the whole job. */
export const receipt = ({ rows, outcomes, tokens, cost, simulated, paidTwice }: Report): Html => {
  const saved = Math.max(0, cost.realtime - cost.paid);
  const isKnown = cost.unpriced === undefined || cost.paid > 0;
  const amount = (value: number): string => (isKnown ? dollars(value) : 'not known');
  return html`<section class="cards" aria-label="Receipt">
    ${card('rows read', count(rows.source))} ${card('rows delivered', count(rows.delivered))}
    ${card('rows not ok', count(notOk(outcomes)))} ${card('tokens in', count(tokens.input))}
    ${card('tokens out', count(tokens.output))} ${card(simulated ? 'would have cost' : 'paid', amount(cost.paid))}
    ${card(simulated ? 'would have been saved' : 'saved against realtime', amount(saved))}
    ${card('rows paid twice', count(paidTwice))}
  </section>`;
};

const notOk = (outcomes: OutcomeCounts): number =>
  OUTCOMES.reduce(
    (sum, outcome) => sum + (outcome === 'ok' || outcome === 'skipped' ? 0 : (outcomes[outcome] ?? 0)),
    0,
  );

const card = (label: string, value: string): Html => html`<div class="card"><b>${value}</b><span>${label}</span></div>`;
