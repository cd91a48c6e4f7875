import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import type { DeliveredFile, JobRecord, OutputFile, RunRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { deliveredFiles, earlyPaths, finalRows, mergedFieldTypes, rejectLine, writeOutput } from '@batchmill/outputs';
import type { FileSink, RunShards } from '@batchmill/outputs';
import { notFound } from './api-error.ts';
import type { Ports } from './routes/ports.ts';

/** The files of a final run; none of one that failed before it had any. */
export async function* finalFiles({ ledger }: Ports, run: RunRef): AsyncGenerator<DeliveredFile> {
  const manifest = await ledger.read(keys.manifest(run));
  if (manifest !== null) yield* deliveredFiles(ledger, manifest);
}

export const finalFile = async (ports: Ports, run: RunRef, path: string): Promise<DeliveredFile | null> => {
  for await (const file of finalFiles(ports, run)) if (file.path === path) return file;
  return null;
};

/** Files that can be had of a job that still runs; their length is known only once they are made. */
export const openFiles = ({ pipeline }: JobRecord): OutputFile[] =>
  [...pipeline.outputs.flatMap(earlyPaths), 'rejects.jsonl'].map((path) => ({
    path,
    rows: 0,
    bytes: 0,
    sha256: '',
    final: false,
  }));

const runsUpTo = async ({ ledger }: Ports, last: RunRef): Promise<RunShards[]> => {
  const runs: RunShards[] = [];
  for (let number = 1; number <= last.run; number += 1) {
    const ref = { ...last, run: number };
    runs.push({ ref, shards: (await ledger.read(keys.shards(ref)))?.shards ?? 0 });
  }
  return runs;
};

/** A file made anew from the shards that are closed now. */
export const streamOpenFile = (ports: Ports, { pipeline }: JobRecord, run: RunRef, path: string): PassThrough => {
  const { ledger } = ports;
  const stream = new PassThrough();
  const gone = once(stream, 'close').then(() => {
    throw new Error('whoever downloaded it has gone');
  });
  gone.catch(() => {});
  const sink: FileSink = {
    async write(chunk) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), gone]);
    },
    async finish() {
      stream.end();
      return { key: '', bytes: 0, sha256: ''.padEnd(64, '0') };
    },
  };
  const output = pipeline.outputs.find((one) => earlyPaths(one).includes(path));
  const write = async (): Promise<void> => {
    const runs = await runsUpTo(ports, run);
    if (output === undefined) {
      for await (const { reject } of finalRows(ledger, pipeline, runs)) {
        if (reject !== undefined) await sink.write(Buffer.from(rejectLine(reject)));
      }
      await sink.finish();
      return;
    }
    const { types } = await mergedFieldTypes(ledger, pipeline, runs, output.rows);
    const rows = () => finalRows(ledger, pipeline, runs);
    await writeOutput({ pipeline, output, types, rows, openSink: () => sink, only: path });
  };
  if (output === undefined && path !== 'rejects.jsonl')
    throw notFound(`file "${path}" of job ${run.job} yet`, `GET /v1/jobs/${run.job}/outputs lists the files`);
  write().catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return stream;
};
