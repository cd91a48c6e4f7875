import path from 'node:path';
import { openEmbedded } from '@batchmill/embedded';
import { createClient, run } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const pipeline = {
  name: 'from-code',
  source: { format: 'jsonl', path: 'rows.jsonl' },
  key: 'id',
  steps: [
    {
      id: 'say',
      generate: { provider: 'simulator', model: 'gpt-4o-mini', prompt: 'Say {{ word }}', into: 'text' },
    },
  ],
};

test('`run` of the SDK takes rows from code and yields each of them with its outcome', async () => {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorBeside(path.join(folder.path, 'simulator'), 50_000);
  const embedded = await openEmbedded({
    stateDir: path.join(folder.path, 'state'),
    environment: { BATCHMILL_SIMULATOR_URL: simulator.url, POLL_TICK_MS: '200' },
  });
  try {
    async function* rows(): AsyncGenerator<Record<string, string>> {
      for (const word of ['one', 'two', 'drei', 'четыре']) yield { id: word, word };
      yield { id: 'wordless' };
    }
    const seen: Record<string, string> = {};
    const client = createClient({ url: embedded.url });
    const anyShare = { ...pipeline, max_invalid: '50%' };
    for await (const { key, outcome, fields } of run(anyShare, { rows: rows(), client })) {
      seen[key] = outcome;
      if (outcome === 'ok') expect(fields.text).toEqual(expect.any(String));
    }
    expect(seen).toEqual({ one: 'ok', two: 'ok', drei: 'ok', четыре: 'ok', wordless: 'invalid' });
  } finally {
    await embedded.close();
  }
});
