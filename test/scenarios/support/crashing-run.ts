/**
 * Runs a pipeline with all services in this process, and dies at a chosen effect:
 * `crashing-run.ts STATE_DIR PIPELINE INPUT OUT_DIR`, with CRASH_AT="<moment> <effect>" and SIGNAL. Each step the job makes is
 * told on stdout (`progress <ms>`), and at the end every point it came by.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { openEmbedded } from '@batchmill/embedded';
import { createClient } from '@batchmill/sdk';
import { aroundEffects, isProgress } from './effects.ts';

const [stateDir = '', pipelineFile = '', inputFile = '', outDir = ''] = process.argv.slice(2);
const crashAt = process.env.CRASH_AT;
const signal = (process.env.SIGNAL ?? 'SIGKILL') as NodeJS.Signals;
const seen = new Set<string>();
let hasStruck = false;

// asked to stop while it opens, it ends as soon as it is open
const stop = Promise.withResolvers<void>();
process.once('SIGTERM', () => stop.resolve());

const embedded = await openEmbedded({
  stateDir,
  environment: process.env,
  around: aroundEffects((effect, moment, call) => {
    if (isProgress(effect, moment, call)) process.stdout.write(`progress ${Date.now()}\n`);
    const point = `${moment} ${effect}`;
    seen.add(point);
    if (point !== crashAt || hasStruck) return;
    hasStruck = true;
    process.kill(process.pid, signal);
  }),
});
void stop.promise.then(() => embedded.close()).then(() => process.exit(0));

const client = createClient({ url: embedded.url });
const name = path.basename(inputFile);
const upload = await client.upload(name, { path: inputFile });
const pipeline = await readFile(pipelineFile, 'utf8');
const { id } = await client.createJob({ pipeline, input: [{ name, upload: upload.id }] }, `crash-${name}`);
for await (const status of client.events(id)) if (isFinalState(status.state)) break;
for (const file of await client.outputs(id)) await client.download(id, file, path.join(outDir, file.path));
const { state } = await client.job(id);
await embedded.close();
process.stdout.write(`${JSON.stringify({ state, points: [...seen].sort(), hasStruck })}\n`);
process.exit(state === 'completed' ? 0 : 1);
