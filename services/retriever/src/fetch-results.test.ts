import { batchEnded } from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import {
  batch,
  closedRecord,
  ended,
  file,
  intent,
  partPlan,
  pipeline,
  quarantined,
  refused,
  results,
  shardRef,
  temporaryLedger,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import type { BatchProvider } from '@batchmill/providers';
import { beforeEach, expect, test } from 'vitest';
import { CutDownloadError } from './download-file.ts';
import { fetchResults } from './fetch-results.ts';

/** Each download gives the next text; the last one again and again. null = 404. */
type FakeFile = { size: number | null; downloads: (string | null)[] };

let folder: TemporaryLedger;
let files: Map<string, FakeFile>;
let flow: ReturnType<typeof testFlow>;
let fetchAll: (attempt?: number) => Promise<void>;

const partRef = { ...shardRef, stage: '001', attempt: 1, part: 0 };
const submission = (number: number) => ({ ...partRef, submission: number });
const stored = () => folder.ledger.read(keys.results(partRef));
const textOf = async (blob: { key: string } | null | undefined) =>
  blob == null ? null : Buffer.from((await folder.ledger.store.get(blob.key)) ?? []).toString();

beforeEach(async () => {
  folder = await temporaryLedger();
  const { ledger, clock } = folder;
  await folder.addJob(pipeline());
  await ledger.write(keys.closed(shardRef, '000'), closedRecord(3));
  await ledger.write(keys.plan(partRef), { rows: 3, asked: 3, parts: [partPlan()] });
  files = new Map();
  flow = testFlow(ledger, { now: () => clock.nowMs });
  const provider = {
    fileInfo: async (id: string) => (files.has(id) ? { bytes: files.get(id)?.size ?? null } : null),
    openFile: async (id: string) => {
      const { downloads = [] } = files.get(id) ?? {};
      const text = downloads.length > 1 ? downloads.shift() : downloads[0];
      if (text == null) return null;
      return (async function* chunks() {
        for (let at = 0; at < text.length; at += 5) yield Buffer.from(text.slice(at, at + 5));
      })();
    },
  } as unknown as BatchProvider;
  const handler = fetchResults({
    ledger,
    flow,
    providers: { names: [], get: () => provider, isConfigured: () => true, settings: () => flow.settings },
    events: { stored: () => {}, cut: () => {}, gone: () => {} },
    now: () => clock.nowMs,
  });
  fetchAll = async (attempt = 1) => void (await handler(partRef, { ...firstTry(), attempt }));
  return () => folder[Symbol.asyncDispose]();
});

const end = async (state: Parameters<typeof ended>[0], changes: Parameters<typeof ended>[1] = {}, number = 1) => {
  await folder.ledger.write(keys.file(submission(number)), file());
  await folder.ledger.write(keys.intent(submission(number)), intent);
  await folder.ledger.write(keys.batch(submission(number)), batch);
  await folder.ledger.write(keys.ended(submission(number)), ended(state, changes));
};
const whole = (text: string): FakeFile => ({ size: text.length, downloads: [text] });

test('both files are stored as they are, and named with their bytes and lines', async () => {
  await end('completed', { outputFileId: 'o', errorFileId: 'e' });
  files.set('o', whole('{"a":1}\n{"b":2}'));
  files.set('e', whole('{"c":3}\n'));
  await fetchAll();
  const record = await stored();
  expect(record).toMatchObject({ submission: 1, output: { bytes: 15, lines: 2 }, errors: { bytes: 8, lines: 1 } });
  expect([await textOf(record?.output), await textOf(record?.errors)]).toEqual(['{"a":1}\n{"b":2}', '{"c":3}\n']);
  expect(flow.advanced).toHaveLength(1);
});

test('R3 a download cut at a line end is not stored as results, and fetched again', async () => {
  await end('completed', { outputFileId: 'o' });
  files.set('o', { size: 16, downloads: ['{"a":1}\n', '{"a":1}\n{"b":2}\n'] });
  await expect(fetchAll()).rejects.toThrow(CutDownloadError);
  expect(await stored()).toBeNull();
  await fetchAll();
  expect(await stored()).toMatchObject({ output: { lines: 2 } });
});

test('where the provider gives no size two downloads must be the same', async () => {
  await end('completed', { outputFileId: 'o' });
  files.set('o', { size: null, downloads: ['{"a":1}\n', '{"a":1}\n{"b":2}\n', 'x', null, '{"a":1}\n{"b":2}\n'] });
  for (let i = 0; i < 2; i += 1) {
    await expect(fetchAll()).rejects.toThrow(CutDownloadError);
    expect(await stored()).toBeNull();
  }
  await fetchAll();
  expect(await stored()).toMatchObject({ output: { lines: 2 } });
});

test('a batch without files has none', async () => {
  await end('completed');
  await fetchAll();
  expect(await stored()).toMatchObject({ output: null, errors: null });
});

test('a file its batch names but the provider does not show is looked for until the last try', async () => {
  await end('completed', { outputFileId: 'gone' });
  for (let attempt = 1; attempt < batchEnded.attempts; attempt += 1) {
    await expect(fetchAll(attempt)).rejects.toThrow('does not have file gone');
    expect(await stored()).toBeNull();
  }
  await fetchAll(batchEnded.attempts);
  expect(await stored()).toMatchObject({ output: null });
});

test('fetched twice, or by two at once, is stored once', async () => {
  await end('expired', { outputFileId: 'o' });
  files.set('o', whole('{"a":1}\n'));
  await Promise.all([fetchAll(), fetchAll()]);
  const record = await stored();
  await fetchAll();
  expect(await stored()).toEqual(record);
  expect(record).not.toBeNull();
});

test('an empty file is a file', async () => {
  await end('completed', { outputFileId: 'o' });
  files.set('o', whole(''));
  await fetchAll();
  expect(await stored()).toMatchObject({ output: { bytes: 0, lines: 0 } });
});

test.each([
  ['runs', () => folder.ledger.write(keys.batch(submission(1)), batch)],
  ['waits for room', () => end('failed', { failure: 'pool-full' })],
  ['was refused for a while', () => folder.ledger.write(keys.refused(submission(1)), refused('rate-limited'))],
  [
    'is placed a second time',
    async () => end('completed').then(() => folder.ledger.write(keys.intent(submission(2)), intent)),
  ],
])('a late message does not end a part that %s', async (_name, prepare) => {
  await prepare();
  await fetchAll();
  expect(await stored()).toBeNull();
});

test('what was given up is not fetched again, whoever still asks', async () => {
  await end('completed', { outputFileId: 'o' });
  files.set('o', whole('{"a":1}\n'));
  const { ledger } = folder;
  await ledger.write(keys.quarantined(shardRef), quarantined('rows-ready', { attempt: 1 }));
  await ledger.write(keys.quarantinedWork(shardRef, 'p0'), quarantined('batch-ended', { attempt: 1, part: 0 }));
  await fetchAll();
  expect(await stored()).toBeNull();
  expect(flow.advanced).toHaveLength(1);
});

test('a shard that was given up has the files of its batches fetched', async () => {
  await end('completed', { outputFileId: 'o' });
  files.set('o', whole('{"a":1}\n'));
  await folder.ledger.write(keys.quarantined(shardRef), quarantined('batch-ended', { attempt: 1, part: 1 }));
  await fetchAll();
  expect(await stored()).toMatchObject({ output: { lines: 1 } });
});

test('a part refused for good is stored as one without files; one that has results keeps them', async () => {
  await folder.ledger.write(keys.refused(submission(1)), refused('bad-input'));
  await fetchAll();
  expect(await stored()).toMatchObject({ output: null, errors: null });
  await folder.ledger.write(keys.results(partRef), results);
  await fetchAll();
  expect(await stored()).toMatchObject({ submission: 1 });
});
