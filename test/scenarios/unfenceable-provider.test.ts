import path from 'node:path';
import { openEmbedded } from '@batchmill/embedded';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: unfenceable
source: { format: jsonl, path: rows.jsonl }
key: id
steps:
  - id: say
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Say {{ id }}", into: text }
output: { format: jsonl, file: texts.jsonl }
`;

const until = async (client: Client, id: string, test: (state: string) => boolean) => {
  for await (const status of client.events(id)) if (test(status.state)) return status;
  return client.job(id);
};

test('R1 where a provider cannot be fenced, a claim without an answer waits for its owner and is never paid blindly', async () => {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorBeside(path.join(folder.path, 'simulator'), 50_000);
  await simulator.faults({ requests: [{ on: 'batches.create', effect: 'cut', when: 'before', times: 1 }] });
  const embedded = await openEmbedded({
    stateDir: path.join(folder.path, 'state'),
    environment: {
      BATCHMILL_SIMULATOR_URL: simulator.url,
      BATCHMILL_FENCE: 'false',
      BATCHMILL_SUBMIT_LEASE_MS: '1500',
      POLL_TICK_MS: '200',
    },
  });
  try {
    const client = createClient({ url: embedded.url });
    const upload = await client.upload('rows.jsonl', { bytes: new TextEncoder().encode('{"id":"a"}\n{"id":"b"}\n') });
    const { id } = await client.createJob(
      { pipeline: PIPELINE, input: [{ name: 'rows.jsonl', upload: upload.id }] },
      'k',
    );
    const waiting = await until(client, id, (state) => state === 'needs-attention');
    expect(waiting.reason).toMatch(/batchmill resolve/);
    expect(await simulator.meter()).toMatchObject({ batches: 0 });

    const [claim] = await client.claims(id);
    expect(claim).toMatchObject({ provider: 'simulator', rows: 2 });
    await expect(client.resolve(id, 'nothing-of-the-kind', null)).rejects.toMatchObject({ status: 409 });
    await client.resolve(id, claim?.submission ?? '', null);
    const final = await until(client, id, () => false);
    expect(final).toMatchObject({ state: 'completed', outcomes: { ok: 2 } });
    expect(await simulator.meter()).toMatchObject({ batches: 1, rows_paid: 2, rows_paid_twice: 0 });
  } finally {
    await embedded.close();
  }
});
