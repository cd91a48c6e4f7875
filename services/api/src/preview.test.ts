import type { Fields, Json } from '@batchmill/contracts';
import { temporaryLedger } from '@batchmill/ledger/testing';
import type { PlotRenderer } from '@batchmill/prompts';
import { expect, test } from 'vitest';
import { preview } from './preview.ts';

const plots: PlotRenderer = { concurrency: 1, render: async () => new Uint8Array([1]), close: async () => {} };

const pictures = {
  ofJob: async () => ({ open: async () => null }),
  linksOf: () => async () => null,
  close: async () => {},
};

const previewOf = async (transform: Json, rows: Fields[], prompt: string, totalRows = 100) => {
  await using folder = await temporaryLedger();
  const pipeline: Json = {
    name: 'p',
    source: { path: 'rows.jsonl' },
    key: 'id',
    steps: [
      { id: 'before', transform },
      { id: 'ask', generate: { provider: 'simulator', model: 'gpt-4o-mini', prompt, into: 'answer' } },
    ],
  };
  return preview({ plots, pictures, ledger: folder.ledger }, { pipeline: JSON.stringify(pipeline), rows, totalRows });
};

test('the requests are those of rows that have gone through the steps before', async () => {
  const { requests, problems } = await previewOf(
    { normalize: { field: 's', into: 'z', method: 'minmax' } },
    [
      { id: 'a', s: [1, 3, 2] },
      { id: 'b', s: [1, 'x'] },
    ],
    '{{ z | json }} of {{ normalization.z.mean }}',
  );
  expect(requests).toMatchObject([{ body: { messages: [{ role: 'user', content: '[0,1,0.5] of 2' }] } }]);
  expect(problems).toMatchObject([
    { message: expect.stringMatching(/^step before: .*element 1 is "x"/), place: { row: 'b' } },
  ]);
});

test('links of pictures are looked at where the pipeline or the caller says so, and what is wrong with them is shown', async () => {
  await using folder = await temporaryLedger();
  const generate = { provider: 'simulator', model: 'gpt-4o', image: { url: '{{ link }}' }, into: 'text' };
  const pipeline: Json = { name: 'p', source: { path: 'rows.jsonl' }, key: 'id', steps: [{ id: 'look', generate }] };
  const dead = { code: 'image-link-dead', message: 'the picture at https://a.example/1.png is not there (status 404)' };
  const ports = { plots, ledger: folder.ledger, pictures: { ...pictures, linksOf: () => async () => dead } };
  const request = { pipeline: JSON.stringify(pipeline), rows: [{ id: 'a', link: 'https://a.example/1.png' }] };
  expect((await preview(ports, request)).problems).toEqual([]);
  const checked = await preview(ports, { ...request, set: { 'defaults.check_urls': true } });
  expect(checked.requests).toEqual([]);
  expect(checked.problems).toMatchObject([{ message: dead.message, place: { row: 'a' } }]);
});

test('of a row that becomes several the first are shown, and all are counted', async () => {
  const rows = [{ id: 'a' }, { id: 'b' }];
  const once = await previewOf({ derive: { n: '1' } }, rows, 'number {{ n }}');
  const often = await previewOf({ expand: { n: [1, 2, 3, 4, 5] } }, rows, 'number {{ n }}');
  expect(often.requests.map(({ key }) => key)).toEqual(['a_0', 'a_1', 'a_2', 'b_0', 'b_1', 'b_2']);
  expect(often.estimatedCost?.batch ?? 0).toBeCloseTo(5 * (once.estimatedCost?.batch ?? Number.NaN), 6);
});

test('rows that skip the question are not shown, do not count, and are no problem', async () => {
  await using folder = await temporaryLedger();
  const ask = { provider: 'simulator', model: 'gpt-4o-mini', prompt: 'Shorten {{ text }}', into: 'short' };
  const steps: Json = [{ id: 'ask', when: 'text != blank', generate: ask }];
  const pipeline: Json = { name: 'p', source: { path: 'rows.jsonl' }, key: 'id', steps };
  const rows: Fields[] = [{ id: 'a', text: 'long' }, { id: 'b', text: null }, { id: 'c', text: '' }, { id: 'd' }];
  const shown = await preview(
    { plots, pictures, ledger: folder.ledger },
    { pipeline: JSON.stringify(pipeline), rows, totalRows: 400 },
  );
  expect(shown.requests.map(({ key }) => key)).toEqual(['a']);
  expect(shown.problems).toEqual([]);
  const alone = await preview(
    { plots, pictures, ledger: folder.ledger },
    { pipeline: JSON.stringify(pipeline), rows: rows.slice(0, 1), totalRows: 100 },
  );
  expect(shown.estimatedCost?.batch).toBeCloseTo(alone.estimatedCost?.batch ?? Number.NaN, 6);
});
