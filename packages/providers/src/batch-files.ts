/* What there is to know of the files of a batch, without a client that sends them. */
export { readResultLine } from './answers/read-result-line.ts';
export { worthOf } from './answers/read-line.ts';
export type { LineError, ReadAnswer, ReadLine, UnparsableLine } from './answers/read-line.ts';
export { hasRoom } from './batch-room.ts';
export type { BatchHeld } from './batch-room.ts';
export { OPENAI_LIMITS } from './openai/openai-limits.ts';
