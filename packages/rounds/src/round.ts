import type { Fields, Outcome, Round, Row, Stage } from '@batchmill/contracts';
import { fieldsMadeByStep, fieldsOfRounds } from '@batchmill/templates';
import { readTurns } from './turns.ts';
import type { Turn } from './turns.ts';

/**
 * The row as a stage sees it: with its turns so far, and the fields of the turn under way. To be called once for a row as
 * the stage before has left it.
 */
export const enterRound = (row: Row, { round }: Stage): Row => {
  if (round === undefined || !begins(round)) return row;
  const [into, isComplete] = fieldsOfRounds(round);
  const { [into]: own, [isComplete]: _stale, ...others } = row.fields;
  const found = readTurns(own ?? others[round.from]);
  // a turn that was begun and not ended is gone on with
  const last = found.at(-1);
  const isOpen = last !== undefined && !isWhole(last, round);
  const under = isOpen ? last : {};
  return {
    ...row,
    fields: { ...without(others, round.fields), [into]: isOpen ? found.slice(0, -1) : found, ...under },
  };
};

/** Whether a row that has entered is asked in this stage: the turn is its next one, and has no answer yet. */
export const takesPart = ({ fields }: Row, stage: Stage): boolean => {
  const { round } = stage;
  if (round === undefined) return true;
  const [into, isComplete] = fieldsOfRounds(round);
  if (fields[isComplete] === false) return false;
  const turns = readTurns(fields[into]).length;
  const isNext = round.number === undefined ? turns < round.times : turns === round.number - 1;
  const isBegun = round.number !== undefined || round.before.every((field) => Object.hasOwn(fields, field));
  return isNext && isBegun && !fieldsMadeByStep(stage).every((field) => Object.hasOwn(fields, field));
};

/** The row after the stage, whether it was asked or not: the turn of a round that closes moves into the list. */
export const leaveRound = (row: Row, { round }: Stage): Row => {
  if (round?.closes !== true) return row;
  const [into, isComplete] = fieldsOfRounds(round);
  const turns = readTurns(row.fields[into]);
  const turn = Object.fromEntries(
    round.fields.flatMap((field) => (Object.hasOwn(row.fields, field) ? [[field, row.fields[field] ?? null]] : [])),
  );
  const isItsRound = round.number === undefined || turns.length === round.number - 1;
  const isOver = isItsRound && Object.keys(turn).length > 0;
  const next = isOver ? [...turns, turn] : turns;
  const fields: Fields = { ...(isOver ? without(row.fields, round.fields) : row.fields), [into]: next };
  if (round.number === undefined || round.number === round.times) {
    fields[isComplete] = next.filter((one) => isWhole(one, round)).length >= round.times;
  }
  return { ...row, fields };
};

/**
 * The row of a turn that has failed: it keeps the turns before, and is not asked in later rounds. Where a step is taken by
 * itself, the turn stays begun.
 */
export const endRounds = (row: Row, stage: Stage): Row => {
  const { round } = stage;
  if (round === undefined) return row;
  if (round.number === undefined) return leaveRound(row, stage);
  const [, isComplete] = fieldsOfRounds(round);
  return { ...row, fields: { ...without(row.fields, round.fields), [isComplete]: false } };
};

/** A row that has been through its rounds, as it was after a stage of one of them; as it is where it has no such turn. */
export const asInRound = (row: Row, { round }: Stage): Row => {
  if (round?.number === undefined) return row;
  const turns = readTurns(row.fields[round.into]);
  const turn = turns[round.number - 1];
  if (turn === undefined) return row;
  return { ...row, fields: { ...row.fields, [round.into]: turns.slice(0, round.number - 1), ...turn } };
};

/** Whether a row goes on although it ended in this stage so: its turn has failed, not the row. */
export const keepsTurns = ({ round }: Stage, outcome: Outcome): boolean =>
  round?.onFailure === 'keep' && outcome !== 'removed' && outcome !== 'cancelled';

/** A step by itself begins anew what it finds; in a whole pipeline only the first round does. */
const begins = ({ number, opens }: Round): boolean => opens && (number === undefined || number === 1);

const isWhole = (turn: Turn, { fields }: Round): boolean =>
  fields.every((field) => Object.hasOwn(turn, field) && turn[field] !== null);

const without = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
