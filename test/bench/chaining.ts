/**
 * How long a shard takes from one batch to the next: from the record that a batch has ended to the call that creates the
 * batch of the next stage, with every service as its own process.
 *
 *     node_modules/.bin/node test/bench/chaining.ts [ROWS_PER_SHARD] [--shards N] [--store s3|fs]
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openLedger } from '@batchmill/ledger';
import { openStore } from '@batchmill/object-store';
import { batchTimes } from '../scenarios/support/batch-times.ts';
import { readReport } from '../scenarios/support/data-files.ts';
import { startDeployment } from '../scenarios/support/deployment.ts';
import { percentile } from '../scenarios/support/percentile.ts';
import { batchmill } from '../scenarios/support/processes.ts';
import { temporaryFolder } from '../scenarios/support/temporary-folder.ts';
import { usageOf } from './usage-of.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shards: { type: 'string', default: '10' },
    store: { type: 'string', default: 's3' },
    // at 1,000 the batches of ten shards end over five seconds, as in life one by one
    speed: { type: 'string', default: '1000' },
  },
});
const rowsPerShard = Number(positionals[0] ?? 1000);
const shards = Number(values.shards);

const PIPELINE = `name: chaining
source: { format: jsonl, path: rows.jsonl }
key: id
shards: { rows: ${rowsPerShard} }
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - repeat: { times: 3, into: dialogue }
    steps:
      - id: question
        generate: { prompt: "{{ topic }} {% for t in dialogue %}{{ t.question }} {{ t.answer }} {% endfor %}Ask.", into: question }
      - id: answer
        generate: { prompt: "{{ topic }} Answer: {{ question }}", into: answer }
output: { format: jsonl, file: dialogues.jsonl }
`;

await using folder = await temporaryFolder();
const at = (name: string): string => path.join(folder.path, name);
const rows = Array.from({ length: rowsPerShard * shards }, (_, id) => JSON.stringify({ id, topic: `Harbour ${id}.` }));
await writeFile(at('rows.jsonl'), `${rows.join('\n')}\n`);
await writeFile(at('pipeline.yaml'), PIPELINE);
await using deployment = await startDeployment({
  folder: at('deployment'),
  store: values.store === 'fs' ? 'fs' : 's3',
  speed: Number(values.speed),
});
/** Those between a batch and the next; the poller and the provider are not on the way. */
const ON_THE_WAY = ['retriever', 'post-processor', 'request-builder', 'submitter'];
const busySeconds = async (): Promise<number> => {
  let seconds = 0;
  for (const { name, running } of deployment.workers) {
    if (ON_THE_WAY.includes(name)) seconds += (await usageOf(running.child.pid ?? 0)).busySeconds;
  }
  return seconds;
};
const before = await busySeconds();
const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--url', deployment.url, '--yes']);
if (run.code !== 0) throw new Error(run.output);
const busy = (await busySeconds()) - before;

const { job } = await readReport(at('out'));
const { BATCHMILL_STORE: address = '', ...environment } = deployment.environment;
const store = await openStore(address, {
  ...(environment['S3_ENDPOINT'] === undefined ? {} : { endpoint: environment['S3_ENDPOINT'] }),
  ...(environment['S3_ACCESS_KEY_ID'] === undefined ? {} : { accessKeyId: environment['S3_ACCESS_KEY_ID'] }),
  ...(environment['S3_SECRET_ACCESS_KEY'] === undefined
    ? {}
    : { secretAccessKey: environment['S3_SECRET_ACCESS_KEY'] }),
});
const batches = await batchTimes(openLedger({ store }), { tenant: 'default', job, run: 1 });
const hops = batches.flatMap((batch) => {
  const next = batches.find(
    ({ shard, stage, attempt }) => shard === batch.shard && Number(stage) === Number(batch.stage) + 1 && attempt === 1,
  );
  return next === undefined ? [] : [{ batch, next }];
});
console.log(
  `${shards} shards of ${rowsPerShard} rows, ${batches.length} batches, ${hops.length} times from one to the next`,
);
const tell = (what: string, msOf: (hop: (typeof hops)[number]) => number): void => {
  const ms = hops.map(msOf);
  const at = (share: number): string => `${percentile(ms, share)}`.padStart(6);
  console.log(`${what.padEnd(44)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  most ${at(1)} ms`);
};
tell('ended → claimed, and the create call follows', ({ batch, next }) => next.claimed - batch.ended);
tell('ended → created', ({ batch, next }) => next.created - batch.ended);
tell('  ended → answers fetched', ({ batch }) => batch.fetched - batch.ended);
tell('  fetched → rows accounted', ({ batch }) => batch.accounted - batch.fetched);
tell('  accounted → next requests built', ({ batch, next }) => next.planned - batch.accounted);
tell('  built → uploaded', ({ next }) => next.uploaded - next.planned);
tell('  uploaded → claimed', ({ next }) => next.claimed - next.uploaded);
console.log(`computing of the services on the way: ${Math.round((busy / batches.length) * 1000)} ms a batch`);
