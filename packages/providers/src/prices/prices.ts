import type { Usage } from '@batchmill/contracts';
import table from './prices.json' with { type: 'json' };

/** US dollars per million tokens in realtime; a batch costs `1 - batchDiscount` of it. */
export type ModelPrice = {
  inputPerMillion: number;
  cachedInputPerMillion: number;
  outputPerMillion: number;
  /** 0.5 = a batch costs half. */
  batchDiscount: number;
};

/** When and from where the prices were taken. They are estimates, not bills. */
export const PRICES_DATE: string = table.date;
export const PRICES_SOURCE: string = table.source;

/** The price of a model, its dated snapshots and its fine-tunes (`ft:…`); null where none is known. */
export const priceOf = (model: string): ModelPrice | null => {
  const [, base] = /^ft:([^:]+)/.exec(model) ?? [];
  const prices: PriceTable = base === undefined ? table.models : table.fineTuned;
  const name = base ?? model;
  const price = lookUp(prices, name) ?? lookUp(prices, name.replace(/-\d{4}-\d{2}-\d{2}$/, ''));
  if (price === undefined) return null;
  const [inputPerMillion, cachedInputPerMillion, outputPerMillion] = price;
  if (inputPerMillion === undefined || cachedInputPerMillion === undefined || outputPerMillion === undefined)
    return null;
  return { inputPerMillion, cachedInputPerMillion, outputPerMillion, batchDiscount: table.batchDiscount };
};

/** US dollars for these tokens; 0 where the model's price is not known (ask `priceOf`). Surcharges for very long prompts are left out. */
export const costOf = (usage: Usage, model: string, mode: 'batch' | 'realtime'): number => {
  const price = priceOf(model);
  if (price === null) return 0;
  const cachedTokens = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const realtime =
    ((usage.inputTokens - cachedTokens) * price.inputPerMillion +
      cachedTokens * price.cachedInputPerMillion +
      usage.outputTokens * price.outputPerMillion) /
    1_000_000;
  return mode === 'batch' ? realtime * (1 - price.batchDiscount) : realtime;
};

type PriceTable = { readonly [model: string]: readonly number[] };

const lookUp = (prices: PriceTable, name: string): readonly number[] | undefined =>
  Object.hasOwn(prices, name) ? prices[name] : undefined;
