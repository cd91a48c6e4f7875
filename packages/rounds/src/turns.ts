import type { Fields, Json } from '@batchmill/contracts';

/** What one round gave: field → value. */
export type Turn = Fields;

/**
 * The turns that a value holds: a list of them, or a map `question_0`, `answer_0`, `question_1`, … as the scripts before
 * Batchmill wrote it. What is neither holds none.
 */
export const readTurns = (value: Json | undefined): Turn[] => {
  if (Array.isArray(value)) return value.filter(isMap);
  return isMap(value) ? turnsOfMap(value) : [];
};

const NUMBERED = /^(.+)_(\d{1,4})$/;

const turnsOfMap = (map: Fields): Turn[] => {
  const turns = new Map<number, Turn>();
  for (const [name, value] of Object.entries(map)) {
    const [, field, number] = NUMBERED.exec(name) ?? [];
    if (field === undefined) continue;
    turns.set(Number(number), { ...turns.get(Number(number)), [field]: value });
  }
  return [...turns].sort(([a], [b]) => a - b).map(([, turn]) => turn);
};

/** `question_0`, `answer_0`, `question_1`, …: numbered from 0. */
export const turnsAsMap = (turns: readonly Turn[]): Fields =>
  Object.fromEntries(
    turns.flatMap((turn, number) => Object.entries(turn).map(([field, value]) => [`${field}_${number}`, value])),
  );

/** The turns as text, a line for each field: `question_0: What is it?`. */
export const historyOf = (turns: readonly Turn[]): string =>
  Object.entries(turnsAsMap(turns))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
    .join('');

const isMap = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
