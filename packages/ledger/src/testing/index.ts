export {
  batch,
  base,
  blob,
  cancelled,
  chunk,
  closedRecord,
  ended,
  fenced,
  file,
  generateStage,
  intent,
  livePart,
  NOW_MS,
  outcomesBody,
  partPlan,
  paused,
  quarantined,
  refused,
  results,
  running,
  settings,
  shardRef,
  stages,
  withdrawn,
} from './facts.ts';
export { closeStage, pipeline, reject, row, temporaryLedger } from './temporary-ledger.ts';
export type { TemporaryLedger } from './temporary-ledger.ts';
export { temporaryStore } from './temporary-store.ts';
export type { TemporaryStore } from './temporary-store.ts';
