export { countKept } from './kept-rows.ts';
export { asInRound, endRounds, enterRound, keepsTurns, leaveRound, takesPart } from './round.ts';
export { historyOf, readTurns, turnsAsMap } from './turns.ts';
export type { Turn } from './turns.ts';
