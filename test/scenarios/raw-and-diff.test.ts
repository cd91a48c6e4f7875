import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RawFile, RawPart, RowView } from '@batchmill/contracts';
import { mergeAnswers, parseResponses } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { openCommandLine } from './support/command-line.ts';
import { jsonLines } from './support/json-lines.ts';

const pipeline = (prompt: string): string => `name: raw
source: { format: jsonl, path: rows.jsonl }
key: id
shards: { rows: 25 }
steps:
  - id: caption
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "${prompt} {{ text }}.", into: caption, max_requests: 10 }
  - id: title
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Name {{ text }}.", into: title }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = 60;
const rows = (changed: Record<number, string> = {}): { id: string; text: string }[] =>
  Array.from({ length: ROWS }, (_, row) => ({ id: `k${row}`, text: changed[row] ?? `thing ${row}` }));
const asLines = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

type Index = { job: string; state: string; final: boolean; complete: boolean; parts: RawPart[] };

const openStage = async (variables: Record<string, string> = {}) => {
  const commandLine = await openCommandLine(variables);
  const { at, batchmill, simulator } = commandLine;
  await writeFile(at('pipeline.yaml'), pipeline('Describe'));
  await writeFile(at('rows.jsonl'), asLines(rows()));
  return {
    at,
    batchmill,
    simulator,
    raw: async (out: string): Promise<Index> => JSON.parse(await readFile(at(`${out}/raw/raw.json`), 'utf8')) as Index,
    /** A file as the provider has it. */
    provided: async (id: string | null): Promise<string> => {
      const headers = { authorization: 'Bearer simulator' };
      return (await fetch(`${simulator.url}/v1/files/${id}/content`, { headers })).text();
    },
    [Symbol.asyncDispose]: () => commandLine[Symbol.asyncDispose](),
  };
};

const filesOf = (parts: readonly RawPart[], kind: RawFile['kind'], step?: string): RawFile[] =>
  parts
    .filter((part) => step === undefined || part.step === step)
    .flatMap(({ files }) => files.filter((file) => file.kind === kind));
const rowsIn = (files: readonly RawFile[]): number => files.reduce((sum, { rows: count }) => sum + count, 0);

test('download --raw gives every file as the provider has it; they account for all rows, and are fetched once', async () => {
  await using stage = await openStage();
  const { at, batchmill } = stage;
  await stage.simulator.faults({ rows: { errors: [{ status: 500, rate: 0.1 }], refused: 0.05 } });
  const run = await batchmill('run', 'pipeline.yaml', '--out', 'out');
  expect([0, 3]).toContain(run.code);
  const first = await batchmill('download', 'last', '--raw', '--out', 'out');
  expect(first.code, first.output).toBe(0);

  const { parts, complete } = await stage.raw('out');
  expect(complete).toBe(true);
  expect(new Set(parts.map(({ shard, step }) => `${shard} ${step}`)).size).toBe(6);
  const captions = parts.filter(({ step, attempt }) => step === 'caption' && attempt === 1);
  expect(
    captions.flatMap(({ files }) => files.filter(({ kind }) => kind === 'requests')).map((file) => file.rows),
  ).toEqual([10, 10, 5, 10, 10, 5, 10]);
  for (const part of parts) {
    const { submissions, resultsOf, files } = part;
    const submission = submissions.find((one) => one.submission === resultsOf);
    expect(submission?.batchId).toMatch(/^batch_/);
    const ids = {
      requests: submission?.inputFileId,
      output: submission?.outputFileId,
      errors: submission?.errorFileId,
    };
    for (const { kind, path: name, sha256, bytes, rows: lines } of files) {
      const text = await readFile(at(`out/raw/${name}`));
      expect({ name, same: text.toString() === (await stage.provided(ids[kind] ?? null)) }).toEqual({
        name,
        same: true,
      });
      expect([text.length, createHash('sha256').update(text).digest('hex')]).toEqual([bytes, sha256]);
      expect(text.toString().split('\n').length - 1).toBe(lines);
    }
    expect(rowsIn(files.filter(({ kind }) => kind !== 'requests'))).toBe(
      rowsIn(files.filter(({ kind }) => kind === 'requests')),
    );
  }
  const meter = await stage.simulator.meter();
  expect(rowsIn(filesOf(parts, 'output'))).toBeGreaterThanOrEqual(meter['rows_paid'] ?? 0);
  expect(meter['rows_paid_twice']).toBe(0);

  // what scripts do with them gives what the job gives
  const texts: string[] = [];
  for (const file of filesOf(parts, 'output', 'caption'))
    texts.push(await readFile(at(`out/raw/${file.path}`), 'utf8'));
  const delivered = new Map(
    (await jsonLines<{ id: string; caption: string }>(at('out/out.jsonl'))).map((row) => [row.id, row.caption]),
  );
  const keyOf = new Map<string, string>();
  for (const file of filesOf(parts, 'requests', 'caption'))
    for (const { custom_id: id, body } of await jsonLines<{
      custom_id: string;
      body: { messages: { content: string }[] };
    }>(at(`out/raw/${file.path}`)))
      keyOf.set(id, `k${/thing (\d+)/.exec(body.messages[0]?.content ?? '')?.[1]}`);
  async function* answers() {
    for await (const item of parseResponses(texts.join('')))
      yield { ...item, customId: keyOf.get(item.customId ?? '') ?? null };
  }
  for await (const item of mergeAnswers(rows(), answers(), { key: 'id', into: 'caption' }))
    if (item.kind === 'row' && delivered.has(item.key ?? ''))
      expect(item.row['caption']).toBe(delivered.get(item.key ?? ''));

  await rm(at(`out/raw/${filesOf(parts, 'output')[0]?.path}`));
  const again = await batchmill('download', 'last', '--raw', '--out', 'out', '--json');
  const { raw } = JSON.parse(again.output) as { raw: { files: number; fetched: number } };
  expect(raw).toMatchObject({ fetched: 1, files: parts.flatMap(({ files }) => files).length });
});

test('of a job that runs there is what is placed so far, and after a cancel all there is', async () => {
  await using stage = await openStage();
  const { at, batchmill, raw } = stage;
  // batches are placed, and nobody is told that they have ended
  const blind = { effect: 'status', status: 500, rate: 1 };
  await stage.simulator.faults({ requests: ['batches.get', 'batches.list'].map((on) => ({ on, ...blind })) });
  const placed = batchmill('run', 'pipeline.yaml', '--out', 'stuck');
  await expect
    .poll(() => partsNow(stage, 'stuck'), { timeout: 60_000, interval: 200 })
    .toSatisfy((found: RawPart[]) => found.filter(({ submissions: [one] }) => one?.state === 'placed').length === 7);
  const { parts } = await raw('stuck');
  expect(rowsIn(filesOf(parts, 'requests'))).toBe(ROWS);
  expect(filesOf(parts, 'output')).toEqual([]);
  const kept = filesOf(parts, 'requests')[0]?.path ?? '';
  await writeFile(at(`stuck/raw/${kept}`), 'cut of');

  const cancelling = batchmill('cancel', 'last');
  await expect
    .poll(async () => (await batchmill('status', 'last', '--json')).output, { timeout: 30_000 })
    .toContain('"state": "cancelling"');
  await stage.simulator.faults({});
  await cancelling;
  await placed;
  const ended = await batchmill('download', 'last', '--raw', '--out', 'stuck');
  expect(ended.code, ended.output).toBe(0);
  const cancelled = await raw('stuck');
  expect(cancelled).toMatchObject({ state: 'cancelled', final: true });
  expect(cancelled.parts.every(({ resultsOf }) => resultsOf !== null)).toBe(true);
  expect(rowsIn(filesOf(cancelled.parts, 'output')) + rowsIn(filesOf(cancelled.parts, 'errors'))).toBe(ROWS);
  expect(await jsonLines(at(`stuck/raw/${kept}`))).toHaveLength(10);
});

test('of a job that asks live there are the checkpoints, and then the results in their place', async () => {
  await using stage = await openStage({ LIVE_CONCURRENCY: '2', LIVE_CHECKPOINT_ROWS: '2', LIVE_CHECKPOINT_MS: '100' });
  await stage.simulator.faults({ requests: [{ on: 'chat.create', effect: 'delay', delayMs: 200, rate: 1 }] });
  const live = stage.batchmill('run', 'pipeline.yaml', '--mode', 'live', '--out', 'live');
  const isCheckpoint = ({ path: name }: RawFile): boolean => name.includes('.checkpoint-');
  await expect
    .poll(() => partsNow(stage, 'live'), { timeout: 60_000, interval: 100 })
    .toSatisfy((parts: RawPart[]) => rowsIn(filesOf(parts, 'output').filter(isCheckpoint)) > 2);
  await stage.simulator.faults({});
  const { code, output } = await live;
  expect(code, output).toBe(0);
  const parts = await partsNow(stage, 'live');
  expect(parts.every(({ mode, submissions }) => mode === 'live' && submissions.length === 0)).toBe(true);
  for (const kind of ['requests', 'output'] as const) {
    expect(rowsIn(filesOf(parts, kind))).toBe(2 * ROWS);
    const onDisk = await readdir(stage.at('live/raw'), { recursive: true });
    const named = filesOf(parts, kind).map(({ path: name }) => name);
    expect(onDisk.filter((name) => name.endsWith(`.${kind}.jsonl`)).toSorted()).toEqual(named.toSorted());
  }
});

/** What the newest job has of each part at this moment. */
const partsNow = async ({ batchmill, raw }: Awaited<ReturnType<typeof openStage>>, out: string): Promise<RawPart[]> => {
  const { code } = await batchmill('download', 'last', '--raw', '--out', out);
  return code === 0 ? (await raw(out)).parts : [];
};

test('diff tells what another prompt and a changed row have done, and nothing else', async () => {
  await using stage = await openStage();
  const { at, batchmill } = stage;
  const job = async (...options: string[]): Promise<string> => {
    const { code, output } = await batchmill('run', 'pipeline.yaml', ...options);
    expect(code, output).toBe(0);
    const { output: status } = await batchmill('status', 'last', '--json');
    return (JSON.parse(status) as { id: string }).id;
  };
  const before = await job('--out', 'before');
  await writeFile(at('pipeline.yaml'), pipeline('Depict'));
  await writeFile(
    at('rows.jsonl'),
    asLines([
      ...rows({ 7: 'another thing' })
        .filter(({ id }) => id !== 'k3')
        .toReversed(),
      { id: 'new', text: 'new' },
    ]),
  );
  const after = await job('--out', 'after');

  const { code, output } = await batchmill('diff', before, 'last', '--json', '--all');
  expect(code, output).toBe(0);
  type Line = { type: string; key: string; change: string; fields: Record<string, { old?: string; new?: string }> };
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const found = new Map(lines.filter(({ type }) => type === 'row').map((line) => [line.key, line]));
  const old = await viewsOf(at('before/out.jsonl'));
  const now = await viewsOf(at('after/out.jsonl'));
  expect([...found.keys()].toSorted()).toEqual([...new Set([...old.keys(), ...now.keys()])].toSorted());
  for (const [key, { change, fields }] of found) {
    const [first, second] = [old.get(key), now.get(key)];
    if (first === undefined || second === undefined) {
      expect([key, change]).toEqual(first === undefined ? ['new', 'only-second'] : ['k3', 'only-first']);
      continue;
    }
    const changed = Object.keys(first).filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]));
    expect([key, Object.keys(fields).toSorted()]).toEqual([key, changed.toSorted()]);
    for (const name of changed) expect(fields[name]).toEqual({ old: first[name], new: second[name] });
  }
  expect(found.get('k7')?.fields).toMatchObject({ text: { old: 'thing 7', new: 'another thing' } });
  expect(found.get('k8')?.fields).not.toHaveProperty('text');
  expect(lines.at(-1)).toMatchObject({
    type: 'summary',
    jobs: [
      { id: before, outcomes: { ok: ROWS } },
      { id: after, outcomes: { ok: ROWS } },
    ],
    rows: { onlyFirst: 1, onlySecond: 1, notFinal: 0 },
  });

  const text = await batchmill('diff', before, after, '--fields', 'text', '--out', 'text.jsonl');
  expect(text.output).toContain('59 rows in both: 1 changed, 58 unchanged; 1 only in the first, 1 only in the second');
  expect((await jsonLines<Line>(at('text.jsonl'))).map(({ key }) => key)).toEqual(['k3', 'k7', 'new']);
  expect((await batchmill('diff', 'last', after)).code).toBe(2);
});

const viewsOf = async (file: string): Promise<Map<string, RowView['fields']>> =>
  new Map((await jsonLines<{ id: string } & RowView['fields']>(file)).map((row) => [row.id, row]));
