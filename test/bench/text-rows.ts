/**
 * How fast, and with how much memory, text rows go through one generate step, with every service as its own process.
 *
 *     node_modules/.bin/node test/bench/text-rows.ts [ROWS] [--replicas N] [--store s3|fs]
 *
 * Prints rows per second end to end and per stage, and the peak resident memory of each process (Linux only).
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startDeployment } from '../scenarios/support/deployment.ts';
import { batchmill } from '../scenarios/support/processes.ts';
import { readReport } from '../scenarios/support/data-files.ts';
import { temporaryFolder } from '../scenarios/support/temporary-folder.ts';
import { usageOf } from './usage-of.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { replicas: { type: 'string', default: '1' }, store: { type: 'string', default: 's3' } },
});
const rows = Number(positionals[0] ?? 200_000);

const PIPELINE = `name: text-rows
source: { format: jsonl, path: rows.jsonl }
key: id
steps:
  - id: answer
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Write about {{ topic }} number {{ n }}.", into: text }
output:
  - { format: jsonl, file: texts.jsonl, columns: [id, text] }
`;

await using folder = await temporaryFolder();
const at = (name: string): string => path.join(folder.path, name);
await writeRows(at('rows.jsonl'), rows);
await writeFile(at('pipeline.yaml'), PIPELINE);
await using deployment = await startDeployment({
  folder: at('deployment'),
  replicas: Number(values.replicas),
  store: values.store === 'fs' ? 'fs' : 's3',
  speed: 50_000,
});
const startedAt = performance.now();
const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--url', deployment.url, '--yes']);
const seconds = (performance.now() - startedAt) / 1000;
if (run.code !== 0) throw new Error(run.output);

const { outcomes } = await readReport(at('out'));
console.log(`${rows} rows, outcomes ${JSON.stringify(outcomes)}, ${await countLines(at('out/texts.jsonl'))} delivered`);
console.log(`end to end  ${seconds.toFixed(1)} s  ${Math.round(rows / seconds)} rows/s`);
for (const { name, running } of deployment.workers) {
  const { busySeconds, peakMb } = await usageOf(running.child.pid ?? 0);
  const rate = busySeconds > 0 ? `${Math.round(rows / busySeconds)} rows per CPU second` : '';
  console.log(
    `${name.padEnd(16)} peak ${String(peakMb).padStart(4)} MB  CPU ${busySeconds.toFixed(1).padStart(6)} s  ${rate}`,
  );
}
console.log(JSON.stringify(await deployment.meter()));

async function writeRows(file: string, count: number): Promise<void> {
  const topics = ['rivers', 'bridges', 'harbours', 'gardens', 'railways', 'markets', 'lighthouses'];
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ id: `row-${n}`, topic: topics[n % topics.length], n }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const _ of createInterface({ input: createReadStream(file) })) lines += 1;
  return lines;
}
