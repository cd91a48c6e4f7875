import {
  answersRecordSchema,
  batchRecordSchema,
  cancelSentRecordSchema,
  chunkRecordSchema,
  closedRecordSchema,
  controlRecordSchema,
  doneRecordSchema,
  endedRecordSchema,
  fencedRecordSchema,
  fileRecordSchema,
  intentRecordSchema,
  jobRecordSchema,
  manifestRecordSchema,
  outcomesRecordSchema,
  outputRecordSchema,
  planRecordSchema,
  quarantinedRecordSchema,
  refusedRecordSchema,
  resultsRecordSchema,
  runFailedRecordSchema,
  runRecordSchema,
  shardClosedRecordSchema,
  shardsRecordSchema,
} from '@batchmill/contracts';
import { prefixes } from './keys.ts';
import type { RecordBase, RecordKey } from './records.ts';

/** The record of a job that stands at a key below the job's prefix; null where we know of none. */
export const recordOfKey = (ref: { tenant: string; job: string }, key: string): RecordKey<RecordBase> | null => {
  const prefix = prefixes.job(ref);
  if (!key.startsWith(prefix) || !key.endsWith('.json')) return null;
  const path = key.slice(prefix.length, -'.json'.length).split('/');
  const folder = path[0] === 'runs' && path.length > 3 ? path[2] : path[0];
  const name = path.at(-1);
  const schema =
    own(IN_FOLDER, folder) ?? own(NAMED, name) ?? (/^c\d+$/.test(name ?? '') ? chunkRecordSchema : undefined);
  return schema === undefined ? null : { key, schema };
};

type Schemas = Record<string, RecordKey<RecordBase>['schema']>;

/** Whose names are numbers. */
const IN_FOLDER: Schemas = {
  control: controlRecordSchema,
  output: outputRecordSchema,
  closed: shardClosedRecordSchema,
  quarantined: quarantinedRecordSchema,
};

const NAMED: Schemas = {
  job: jobRecordSchema,
  answers: answersRecordSchema,
  run: runRecordSchema,
  shards: shardsRecordSchema,
  failed: runFailedRecordSchema,
  manifest: manifestRecordSchema,
  done: doneRecordSchema,
  closed: closedRecordSchema,
  plan: planRecordSchema,
  outcomes: outcomesRecordSchema,
  results: resultsRecordSchema,
  file: fileRecordSchema,
  intent: intentRecordSchema,
  batch: batchRecordSchema,
  refused: refusedRecordSchema,
  fenced: fencedRecordSchema,
  ended: endedRecordSchema,
  'cancel-sent': cancelSentRecordSchema,
};

const own = (schemas: Schemas, name = ''): Schemas[string] | undefined =>
  Object.hasOwn(schemas, name) ? schemas[name] : undefined;
