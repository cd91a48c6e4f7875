import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinalState } from '@batchmill/contracts';
import { createClient } from '@batchmill/sdk';
import { expect, test, vi } from 'vitest';
import { startDeployment } from './support/deployment.ts';
import { providerOf } from './support/simulator-as-user.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: rogues
source: { format: jsonl, path: rows.jsonl }
key: id
steps:
  - id: say
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Say {{ id }}", into: text }
output: { format: jsonl, file: texts.jsonl }
`;
const ROWS = '{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n';

const LEASE_MS = 2000;
const SETTLE_MS = 1000;
const HOURS_MS = 6 * 3600 * 1000;

test('R13 batches of ours that no record names: the one a claim has lost is adopted, others are cancelled with an alarm', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({
    folder: folder.path,
    store: 'fs',
    // batches take minutes at least, so that what is cancelled has not been paid
    speed: 1,
    environment: {
      BATCHMILL_SUBMIT_LEASE_MS: String(LEASE_MS),
      BATCHMILL_SUBMIT_SETTLE_MS: String(SETTLE_MS),
      RECONCILE_INTERVAL_MS: '200',
      RECONCILE_AUDIT_MS: '300',
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: '0',
    },
  });
  const worker = (name: string) => deployment.workers.find((one) => one.name === name)?.running;
  const provider = providerOf(deployment.simulatorUrl);

  // the answer to the one POST is lost, and whoever sent it dies before it can look for the batch
  await provider.faults({ requests: [{ on: 'batches.create', effect: 'cut', when: 'after', times: 1 }] });
  const client = createClient({ url: deployment.url });
  const upload = await client.upload('rows.jsonl', { bytes: Buffer.from(ROWS) });
  const request = { pipeline: PIPELINE, input: [{ name: 'rows.jsonl', upload: upload.id }] };
  const { id } = await client.createJob(request, 'rogue');
  await worker('submitter')?.line((line) => line.includes('no certain answer'));
  await worker('submitter')?.stop('SIGKILL');

  const [lost] = await provider.batches();
  const us = lost?.metadata?.batchmill ?? '';
  const deploymentRecord = await readFile(path.join(folder.path, 'store', 'deployment.json'), 'utf8');
  expect(JSON.parse(deploymentRecord)).toMatchObject({ id: us });
  const plant = (metadata: Record<string, string>) => provider.plant(lost?.input_file_id ?? '', metadata);
  const plantedAtMs = Date.now();
  const twin = await plant({ batchmill: us, submission: `default-${id}-r1-s0-001-a1-p0-t7` });
  const nameless = await plant({ batchmill: us });
  const theirs = await plant({ batchmill: 'another-deployment', submission: `default-${id}-r1-s0-001-a1-p0-t1` });
  const untagged = await plant({});

  const isCancelled = async (batch: string) => /cancel/.test((await provider.batch(batch)).status);
  while (!(await isCancelled(twin)) || !(await isCancelled(nameless))) await delay(50);
  // the provider tells its times in whole seconds
  expect(Date.now() - plantedAtMs).toBeGreaterThan(LEASE_MS + SETTLE_MS - 1000);
  await vi.waitFor(async () => expect((await client.job(id)).steps[0]).toMatchObject({ batchesOpen: 1 }), {
    timeout: 20_000,
  });
  const status = await client.job(id);
  expect(status.state).toBe('running');
  expect(status.reason).toBe(
    `simulator had a batch of this job that no record names: ${twin}. It is cancelled; what it had answered by then is on the bill`,
  );
  const log = (worker('reconciler')?.output() ?? '').split('\n').filter((line) => line.startsWith('{'));
  const records = log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const alarms = records.filter(({ level }) => level === 'error');
  expect(alarms.map(({ batchId }) => batchId).sort()).toEqual([twin, nameless].sort());
  const port = records.find(({ msg }) => msg === 'starting')?.['healthPort'];
  const metrics = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
  expect(metrics).toMatch(/^batchmill_duplicate_batches_total 2$/m);
  expect(metrics).toMatch(/^batchmill_audit_adopted_total 1$/m);

  await provider.advance(HOURS_MS);
  while (!isFinalState((await client.job(id)).state)) await delay(100);
  expect(await client.job(id)).toMatchObject({ state: 'completed', outcomes: { ok: 3 } });
  const [story] = (await client.explain(id, 0)).shards;
  expect(story?.happened.map(({ text }) => text).join('\n')).toContain(lost?.id);
  // the adopted one, and those of others: nothing that was cancelled
  expect(await deployment.meter()).toMatchObject({ batches: 5, rows_paid: 9 });
  for (const batch of [theirs, untagged]) expect((await provider.batch(batch)).status).toBe('completed');
});
