import type { CompiledPipeline, InputPin, Row, RunRef } from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import type { TestFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import { pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { ingestJob } from '../ingest-job.ts';

export const run: RunRef = { tenant: shardRef.tenant, job: shardRef.job, run: 1 };

export type Stage = TemporaryLedger & {
  flow: TestFlow;
  ingest(ref?: RunRef): Promise<void>;
  rowsOf(shard: number, runNumber?: number, stage?: string): Promise<Row[]>;
};

/** A job over these files (those that are joined apart), accepted and not yet read. */
export const openStage = async (
  files: Record<string, string>,
  changes: Partial<CompiledPipeline> = {},
  maxRowBytes = 1e6,
): Promise<Stage> => {
  const folder = await temporaryLedger();
  const { ledger } = folder;
  const inputs: InputPin[] = [];
  for (const [name, text] of Object.entries(files)) inputs.push(await folder.addInput(name, text));
  const compiled = pipeline(changes);
  const joined = new Set(compiled.source.joins?.map(({ path }) => path));
  const paths = Object.keys(files).filter((name) => !joined.has(name));
  await folder.addJob({ ...compiled, source: { ...compiled.source, paths } }, inputs);
  const flow = testFlow(ledger);
  const events = { ingested: () => {}, refused: () => {} };
  const handler = ingestJob({ ledger, flow, maxRowBytes, events });
  return {
    ...folder,
    flow,
    ingest: async (ref = run) => void (await handler(ref, firstTry())),
    rowsOf: async (shard, runNumber = 1, stage = '000') => {
      const closed = await ledger.read(keys.closed({ ...run, run: runNumber, shard }, stage));
      return Array.fromAsync(ledger.readLines<Row>(closed?.rows ?? null));
    },
  };
};

export const jsonl = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export const ids = (count: number): string =>
  jsonl(...Array.from({ length: count }, (_, i) => ({ id: `k${i}`, n: i })));
