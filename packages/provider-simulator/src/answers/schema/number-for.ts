import { integerBetween, pick } from '../../random.ts';
import type { Keywords } from './resolve-schema.ts';
import type { Making } from './making.ts';

const USUAL_SPAN = 100;

/** A number within the bounds; now and then one of the request, where it fits. */
export const numberFor = (schema: Keywords, making: Making, isInteger: boolean): number => {
  const { least, most } = boundsOf(schema, isInteger);
  const step =
    typeof schema.multipleOf === 'number' && schema.multipleOf > 0 ? schema.multipleOf : isInteger ? 1 : null;
  if (step === 1 || step === null) {
    const fromPrompt = numberFromPrompt(making, isInteger, least, most);
    if (fromPrompt !== null) return fromPrompt;
  }
  if (step !== null) return multipleWithin(making, step, least, most);
  const value = least + making.random() * (most - least);
  const rounded = Math.round(value * 100) / 100;
  return rounded >= least && rounded <= most ? rounded : value;
};

const boundsOf = (schema: Keywords, isInteger: boolean): { least: number; most: number } => {
  // An exclusive bound is moved inwards: by one for integers, else by a little.
  const nudge = isInteger ? 1 : 1e-6;
  const lower = [numberOf(schema.minimum), inwards(schema.exclusiveMinimum, nudge)].filter((bound) => bound !== null);
  const upper = [numberOf(schema.maximum), inwards(schema.exclusiveMaximum, -nudge)].filter((bound) => bound !== null);
  const least = lower.length > 0 ? Math.max(...lower) : null;
  const most = upper.length > 0 ? Math.min(...upper) : null;
  if (least !== null) return { least, most: most ?? least + USUAL_SPAN };
  if (most !== null) return { least: Math.min(0, most - USUAL_SPAN), most };
  return { least: 0, most: USUAL_SPAN };
};

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const inwards = (value: unknown, nudge: number): number | null => (typeof value === 'number' ? value + nudge : null);

const numberFromPrompt = (making: Making, isInteger: boolean, least: number, most: number): number | null => {
  if (making.material.numbers.length === 0 || making.random() > 0.3) return null;
  const value = Number(pick(making.random, making.material.numbers).replaceAll(',', ''));
  const fits = Number.isFinite(value) && value >= least && value <= most && (!isInteger || Number.isInteger(value));
  return fits ? value : null;
};

const multipleWithin = (making: Making, step: number, least: number, most: number): number => {
  const first = Math.ceil(least / step);
  const last = Math.max(first, Math.floor(most / step));
  const product = integerBetween(making.random, first, last) * step;
  // 0.1 * 3 is 0.30000000000000004: what is meant has no more digits than the step.
  const digits = (String(step).split('.')[1] ?? '').length;
  return Number(product.toFixed(Math.min(digits, 20)));
};
