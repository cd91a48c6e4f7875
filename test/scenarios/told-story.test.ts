import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHandDriven } from './support/hand-driven.ts';
import type { HandDriven } from './support/hand-driven.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import type { ScriptedProvider } from './support/scripted-provider.ts';
import { STORIES_OF_BATCHES } from './support/stories-of-batches.ts';
import { STORIES_OF_ROWS, STORIES_WITHOUT_FENCE } from './support/stories-of-rows.ts';
import { tellStory } from './support/storyteller.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: ScriptedProvider;
let driven: HandDriven;
let unfenced: HandDriven;
beforeAll(async () => {
  folder = await temporaryFolder();
  provider = await startScriptedProvider();
  const environment = {
    OPENAI_API_KEY: 'sk-none',
    OPENAI_BASE_URL: provider.url,
    BATCHMILL_SUBMIT_LEASE_MS: '300',
    BATCHMILL_SUBMIT_SETTLE_MS: '100',
    WORKER_NAME: 'worker-1',
  };
  driven = await openHandDriven(path.join(folder.path, 'fenced'), environment);
  unfenced = await openHandDriven(path.join(folder.path, 'unfenced'), { ...environment, BATCHMILL_FENCE: 'false' });
});
afterAll(async () => {
  await unfenced?.[Symbol.asyncDispose]();
  await driven?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const ALL = { ...STORIES_OF_BATCHES, ...STORIES_OF_ROWS };

test.each(Object.entries({ ...ALL, ...STORIES_WITHOUT_FENCE }))(
  'R22 explain tells from the ledger alone what happened, in order, and what comes next: %s',
  async (name, story) => {
    const told = await tellStory(name in STORIES_WITHOUT_FENCE ? unfenced : driven, provider, story);
    await expect(told).toMatchFileSnapshot(path.join('told-stories', `${name}.txt`));
  },
);
