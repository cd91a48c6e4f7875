import { expect, test } from 'vitest';
import table from './prices.json' with { type: 'json' };
import { costOf, priceOf, PRICES_DATE } from './prices.ts';

const usage = { inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 100_000, reasoningTokens: 50_000 };

test('a batch costs half, cached input its own price, and reasoning is part of the output', () => {
  expect(costOf(usage, 'gpt-4o-mini', 'realtime')).toBeCloseTo(0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6, 10);
  expect(costOf(usage, 'gpt-4o-mini', 'batch')).toBeCloseTo((0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6) / 2, 10);
});

test.each([
  ['gpt-4o-mini-2024-07-18', 0.15],
  ['gpt-4o-2024-08-06', 2.5],
  ['gpt-4o-2024-05-13', 5],
  ['ft:gpt-4o-mini-2024-07-18:org:name:id', 0.3],
  ['o3-mini', 1.1],
])('%s has its price', (model, inputPerMillion) => {
  expect(priceOf(model)?.inputPerMillion).toBe(inputPerMillion);
});

test.each(['my-model', 'gpt-4o-mini-audio-preview', 'ft:my-model:org', 'constructor', ''])(
  'a model nobody knows has none: "%s"',
  (model) => {
    expect(priceOf(model)).toBeNull();
    expect(costOf(usage, model, 'batch')).toBe(0);
  },
);

test('every entry of the table is three prices, and the table says from when it is', () => {
  expect(PRICES_DATE).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  for (const prices of [...Object.values(table.models), ...Object.values(table.fineTuned)]) {
    expect(prices).toHaveLength(3);
    expect(prices.every((price) => price >= 0)).toBe(true);
    expect(prices[1]).toBeLessThanOrEqual(prices[0] ?? 0);
  }
});
