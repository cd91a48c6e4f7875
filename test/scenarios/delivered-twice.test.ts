import { expect, test } from 'vitest';
import { deliveredRows } from './support/delivered-rows.ts';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import { answerLine, failureLine, startScriptedProvider } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: twice
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
shards: { rows: 3 }
steps:
  - id: one
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: a }
  - id: mark
    transform: { derive: { b: "{{ a }}!" } }
  - id: two
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Shorten {{ b }}", into: c }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = Array.from({ length: 6 }, (_, id) => ({ id, word: `word${id}` }));
const PROCESSORS = [
  'job-accepted',
  'rows-ready',
  'requests-built',
  'poll-due',
  'batch-ended',
  'results-stored',
  'transform-ready',
  'job-ready-to-export',
];

/** The rows whose first answer is an error: they need a second attempt. */
const isUnlucky = (customId: string): boolean => customId.endsWith('-1-a1');

test('R8 every message handled by two processes at once, then three times more, leaves the ledger byte for byte as the first did', async () => {
  await using folder = await temporaryFolder();
  await using provider = await startScriptedProvider();
  provider.onEnd = (_batch, requests) => ({
    status: 'completed',
    output: requests.filter(({ custom_id }) => !isUnlucky(custom_id)).map(answerLine),
    errors: requests
      .filter(({ custom_id }) => isUnlucky(custom_id))
      .map((request) => failureLine(request, 500, 'server_error')),
  });
  await using driven = await openHandDriven(
    folder.path,
    { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: provider.url },
    2,
  );
  const id = await createJob(driven, PIPELINE, ROWS);

  const wrote = new Map<string, number>();
  let before = await driven.records();
  await driven.drive(id, async (message) => {
    const [outcome] = await Promise.all([driven.handle(message, 0), driven.handle(message, 1)]);
    const first = await driven.records();
    const made = Object.keys(first).filter((key) => !(key in before)).length;
    wrote.set(message.queue, (wrote.get(message.queue) ?? 0) + made);
    for (const process of [1, 0, 1]) {
      await driven.handle(message, process);
      expect(await driven.records(), message.queue).toEqual(first);
    }
    before = first;
    return outcome;
  });

  // each processor has had something to write, and so something to write twice
  for (const queue of PROCESSORS) expect(wrote.get(queue), queue).toBeGreaterThan(0);
  const rows = await deliveredRows(driven.client, id, 'out.jsonl', folder.path);
  expect(rows.map(({ c }) => c)).toEqual(ROWS.map(({ word }) => `<Shorten <Say ${word}>!>`));
  // two steps of two shards, and in each step one more for the row that was asked again
  expect(provider.batches).toHaveLength(6);
  const asked = provider.batches.flatMap(({ input_file_id: fileId }) =>
    provider.inputs.filter((input) => input.id === fileId).flatMap(({ requests }) => requests),
  );
  const customIds = asked.map(({ custom_id }) => custom_id);
  expect(new Set(customIds).size).toBe(customIds.length);
  expect(customIds).toHaveLength(2 * ROWS.length + customIds.filter(isUnlucky).length);
});
