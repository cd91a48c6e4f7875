import path from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { openEmbedded } from '@batchmill/embedded';
import { keys, openLedger } from '@batchmill/ledger';
import { openStore } from '@batchmill/object-store';
import { createClient } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { batchTimes } from './support/batch-times.ts';
import { providerOf } from './support/simulator-as-user.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SHARDS = 20;
const HOUR_MS = 3_600_000;
const STAGES = ['001', '002', '003', '004', '005', '006'];

const PIPELINE = `name: chain
source: { format: jsonl, path: rows.jsonl }
key: id
shards: { rows: 5 }
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - id: describe
    generate: { prompt: "Describe {{ topic }}.", into: text }
  - repeat: { times: 2, into: dialogue }
    steps:
      - id: question
        generate: { prompt: "{{ text }} {% for t in dialogue %}{{ t.question }} {{ t.answer }} {% endfor %}Ask.", into: question }
      - id: answer
        generate: { prompt: "{{ text }} Answer: {{ question }}", into: answer }
  - id: judge
    generate: { prompt: "Judge: {% for t in dialogue %}{{ t.question }} {{ t.answer }} {% endfor %}", into: verdict }
output: { format: jsonl, file: dialogues.jsonl }
`;

test('steps and rounds chain per shard: with one slow batch in the first step, the other 19 shards are through the last step before it ends', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await using simulator = await startSimulatorBeside(at('simulator'), 500);
  // a batch has 24 hours; the six of the others take about three together, and at most nine
  await simulator.faults({ batches: [{ slowByMs: 21 * HOUR_MS, times: 1 }] });
  const environment = { BATCHMILL_SIMULATOR_URL: simulator.url };
  await using opened = new AsyncDisposableStack();
  const embedded = await openEmbedded({ stateDir: at('state'), environment, mode: 'stay' });
  opened.defer(() => embedded.close());
  const client = createClient({ url: embedded.url });
  const rows = Array.from({ length: 5 * SHARDS }, (_, id) => JSON.stringify({ id, topic: `river ${id}` }));
  const { id: upload } = await client.upload('rows.jsonl', { bytes: Buffer.from(`${rows.join('\n')}\n`) });
  const { id } = await client.createJob({ pipeline: PIPELINE, input: [{ name: 'rows.jsonl', upload }] }, 'chain');

  for await (const { shards, state } of client.events(id)) {
    expect(isFinalState(state), 'the slow batch ended first').toBe(false);
    if (shards?.closed === SHARDS - 1) break;
  }
  const provider = providerOf(simulator.url);
  const open = (await provider.allBatches()).filter(({ status }) => status === 'in_progress');
  expect(open).toHaveLength(1);
  // it has nothing to prove any more
  await provider.advance(24 * HOUR_MS);
  for await (const { state } of client.events(id)) if (isFinalState(state)) expect(state).toBe('completed');

  const ledger = openLedger({ store: await openStore(`file://${at('state')}/store`) });
  const run = { tenant: 'default', job: id, run: 1 };
  const batches = await batchTimes(ledger, run);
  for (let shard = 0; shard < SHARDS; shard += 1) {
    expect(batches.filter((batch) => batch.shard === shard).map(({ stage }) => stage)).toEqual(STAGES);
  }
  const first = batches.filter(({ stage }) => stage === STAGES[0]).sort((a, b) => a.ended - b.ended);
  const slow = first.at(-1);
  for (const { shard } of first.slice(0, -1)) {
    const closed = await ledger.read(keys.shardClosed({ ...run, shard }));
    expect(closed?.at, `shard ${shard}`).toBeLessThan(slow?.ended ?? 0);
    expect(closed?.rows).toBe(5);
  }
  expect((await simulator.meter()).rows_paid_twice).toBe(0);
});
