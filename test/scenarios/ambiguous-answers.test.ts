import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { deliveredRows } from './support/delivered-rows.ts';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import { acceptIt, startScriptedProvider } from './support/scripted-provider.ts';
import type { CreateScript, WireRequest } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: ambiguous
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
shards: { rows: 1 }
steps:
  - id: ask
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }
output: { format: jsonl, file: out.jsonl }
`;

/** Answers nobody can trust, given the text of the right one. */
type Shape = (response: ServerResponse, whole: string) => void;

const html =
  (status: number): Shape =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<html>busy</html>');
const json =
  (status: number, value: unknown): Shape =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const error = { error: { message: 'Sorry', type: 'server_error', code: null } };

const SHAPES: Record<string, Shape> = {
  '400 of a proxy': html(400),
  '403 of a proxy': html(403),
  '408': json(408, error),
  '409': json(409, error),
  '418': json(418, error),
  '429 of a proxy': html(429),
  '500': json(500, error),
  '502 of a proxy': html(502),
  '503': json(503, error),
  '504 of a proxy': html(504),
  '520 of a proxy': html(520),
  'a redirect': (response) => void response.writeHead(307, { location: '/v1/batches' }).end(),
  '204': (response) => void response.writeHead(204).end(),
  '200 without a body': (response) => void response.end(),
  '200 that is no JSON': (response) => void response.end('ok'),
  '200 that is a list': json(200, []),
  '200 that is an error': json(200, error),
  '200 without an id': json(200, { status: 'validating' }),
  '200 for another file': (response, whole) =>
    void response.end(JSON.stringify({ ...JSON.parse(whole), input_file_id: 'another' })),
  '200 cut within its length': (response, whole) => {
    response.writeHead(200, { 'content-length': whole.length });
    response.write(whole.slice(0, 20), () => response.socket?.destroy());
  },
  '200 cut within a chunk': (response, whole) => {
    response.write(whole.slice(0, 20), () => response.socket?.destroy());
  },
  '200 that stops half way': (response, whole) => void response.write(whole.slice(0, 20)),
  'a lost reply': (response) => void response.socket?.destroy(),
  'a reset': (response) => void response.socket?.resetAndDestroy(),
  silence: () => undefined,
};

// each shape twice: the provider has taken the batch, or it has not
const CASES = Object.entries(SHAPES).flatMap(([name, shape]) =>
  [true, false].map((isTaken) => ({ name, shape, isTaken })),
);
const ROWS = CASES.map((_, id) => ({ id, word: `word${id}.` }));
const rowOf = (request: WireRequest | undefined): number =>
  ROWS.findIndex(({ word }) => request?.body.messages[0]?.content.endsWith(` ${word}`));

test('R2 each of 25 answers nobody can trust is followed by no second POST: the batch is found, or its file fenced', async () => {
  expect(Object.keys(SHAPES)).toHaveLength(25);
  await using folder = await temporaryFolder();
  await using provider = await startScriptedProvider();
  await using driven = await openHandDriven(folder.path, {
    OPENAI_API_KEY: 'sk-none',
    OPENAI_BASE_URL: provider.url,
    BATCHMILL_SUBMIT_LEASE_MS: '500',
    BATCHMILL_SUBMIT_SETTLE_MS: '200',
  });
  const rowOfFile = (fileId: string | undefined): number =>
    rowOf(provider.inputs.find(({ id }) => id === fileId)?.requests[0]);
  const postsOf = (row: number): string[] => provider.posts.filter((fileId) => rowOfFile(fileId) === row);

  const answer: CreateScript = (exchange) => {
    const row = rowOfFile(provider.posts.at(-1));
    const { shape, isTaken } = CASES[row] ?? {};
    if (shape === undefined || postsOf(row).length > 1) return acceptIt(exchange);
    const taken = isTaken ? exchange.accept() : { id: 'batch-0', input_file_id: '', status: 'validating' };
    shape(exchange.response, JSON.stringify(taken));
  };
  provider.onCreate = answer;
  const id = await createJob(driven, PIPELINE, ROWS);
  await driven.drive(id);

  // no file was ever sent a second time
  expect(provider.posts.filter((fileId, at) => provider.posts.indexOf(fileId) !== at)).toEqual([]);
  const seen = CASES.map(({ name, isTaken }, row) => {
    const paid = provider.batches.filter(({ input_file_id }) => rowOfFile(input_file_id) === row);
    return { name, isTaken, posts: postsOf(row).length, paid: paid.length };
  });
  expect(seen).toEqual(CASES.map(({ name, isTaken }) => ({ name, isTaken, posts: isTaken ? 1 : 2, paid: 1 })));
  const rows = await deliveredRows(driven.client, id, 'out.jsonl', folder.path);
  expect(rows.map(({ answer: text }) => text)).toEqual(ROWS.map(({ word }) => `<Say ${word}>`));
});
