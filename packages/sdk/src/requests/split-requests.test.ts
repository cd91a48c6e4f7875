import { InputError } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchRequest, NotAsked } from './request-line.ts';
import { splitRequests } from './split-requests.ts';
import type { LeftOut, RequestPart, SplitLimits } from './split-requests.ts';

const request = (id: number | string, model = 'm', text = 'x'): BatchRequest => ({
  custom_id: String(id),
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model, text },
});
const requests = (count: number) => Array.from({ length: count }, (_, at) => request(at));
async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
const partsOf = async (given: Parameters<typeof splitRequests>[0], limits?: SplitLimits): Promise<RequestPart[]> => {
  const items = await Array.fromAsync(splitRequests(given, limits));
  expect(items.filter(({ kind }) => kind === 'left-out')).toEqual([]);
  return items as RequestPart[];
};
const idsOf = (parts: readonly RequestPart[]) =>
  parts.flatMap(({ lines }) => lines.map((line) => (JSON.parse(line) as BatchRequest).custom_id));

describe('a cap of 1,000 requests', () => {
  const cap = { maxRequests: 1000 };

  test.each([
    [0, []],
    [1, [1]],
    [999, [999]],
    [1000, [1000]],
    [1001, [501, 500]],
    [2000, [1000, 1000]],
    [2001, [667, 667, 667]],
    [2999, [1000, 1000, 999]],
    [5999, [1000, 1000, 1000, 1000, 1000, 999]],
  ])('holds at %i, in as few parts as there can be, of equal size', async (count, sizes) => {
    const parts = await partsOf(requests(count), cap);
    expect(parts.map((part) => part.requests)).toEqual(sizes);
    expect(parts.map(({ part }) => part)).toEqual(sizes.map((_, at) => at + 1));
    expect(idsOf(parts)).toEqual(requests(count).map(({ custom_id: id }) => id));
  });

  test.each([0, 1001, 2001, 2999, 5999])('holds for a stream of %i, in full parts and a rest', async (count) => {
    const sizes = (await partsOf(streamed(requests(count)), cap)).map((part) => part.requests);
    expect(sizes.slice(0, -1).every((size) => size === 1000)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(1000);
  });

  test('holds at every size, whatever the cap, streamed or not', async () => {
    const sizes = fc.record({ count: fc.nat(60), maxRequests: fc.integer({ min: 1, max: 20 }), even: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, maxRequests, even }) => {
        const parts = await partsOf(requests(count), { maxRequests, even });
        const found = parts.map((part) => part.requests);
        expect(found.every((size) => size >= 1 && size <= maxRequests)).toBe(true);
        expect(found).toHaveLength(Math.ceil(count / maxRequests));
        if (even && count > 0) expect(Math.max(...found) - Math.min(...found)).toBeLessThanOrEqual(1);
        expect(idsOf(parts)).toHaveLength(count);
      }),
    );
  });
});

describe('a cap of bytes', () => {
  const line = Buffer.byteLength(`${JSON.stringify(request(0, 'm', 'äöü€😀'))}\n`);
  const ten = Array.from({ length: 10 }, (_, at) => request(at, 'm', 'äöü€😀'));

  test.each([
    [10 * line, [10]],
    [10 * line - 1, [9, 1]],
    [5 * line, [5, 5]],
    [5 * line - 1, [4, 4, 2]],
    [line, Array.from({ length: 10 }, () => 1)],
  ])('counts UTF-8 and newlines, and is exact at the boundary: %i', async (maxBytes, sizes) => {
    const parts = await partsOf(streamed(ten), { maxBytes });
    expect(parts.map((part) => part.requests)).toEqual(sizes);
    for (const part of parts) expect(part.bytes).toBe(Buffer.byteLength(part.lines.join('')));
  });

  test('holds together with the cap of requests, in parts of equal size as far as can be', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 40, unit: 'grapheme' }), { maxLength: 30 }),
        fc.integer({ min: 200, max: 800 }),
        fc.integer({ min: 1, max: 9 }),
        async (texts, maxBytes, maxRequests) => {
          const all = texts.map((text, at) => request(at, 'm', text));
          const items = await Array.fromAsync(splitRequests(all, { maxBytes, maxRequests }));
          const parts = items.filter((item): item is RequestPart => item.kind === 'part');
          for (const part of parts) {
            expect(part.requests).toBeLessThanOrEqual(maxRequests);
            expect(part.lines).toHaveLength(part.requests);
            expect(Buffer.byteLength(part.lines.join(''))).toBe(part.bytes);
            expect(part.bytes).toBeLessThanOrEqual(maxBytes);
          }
          expect(idsOf(parts).length + items.length - parts.length).toBe(all.length);
        },
      ),
    );
  });

  test('leaves out a request that alone is above it, and goes on', async () => {
    const items = await Array.fromAsync(
      splitRequests([request(1), request(2, 'm', 'x'.repeat(500)), request(3)], { maxBytes: 300 }),
    );
    const leftOut = items.filter((item): item is LeftOut => item.kind === 'left-out');
    expect(leftOut).toMatchObject([{ key: '2', line: 2, reason: { code: 'request-too-large' } }]);
    expect(idsOf(items.filter((item): item is RequestPart => item.kind === 'part'))).toEqual(['1', '3']);
  });
});

test('each part has one model and one address, and requests keep their order in it', async () => {
  const all = Array.from({ length: 90 }, (_, at) => request(at, `m${at % 3}`));
  const parts = await partsOf([...all, { ...request('r', 'm0'), url: '/v1/responses' }], { maxRequests: 20 });
  expect(parts.map(({ model, url, requests: size }) => [model, url, size]).toSorted()).toEqual(
    [
      ...['m0', 'm0', 'm1', 'm1', 'm2', 'm2'].map((model) => [model, '/v1/chat/completions', 15]),
      ['m0', '/v1/responses', 1],
    ].toSorted(),
  );
  const ofModel = idsOf(parts.filter(({ model }) => model === 'm1')).map(Number);
  expect(ofModel).toEqual(all.filter(({ body }) => body.model === 'm1').map(({ custom_id: id }) => Number(id)));
});

test('a hundred models at once are kept apart without a hundred open parts', async () => {
  const parts = await partsOf(streamed(Array.from({ length: 300 }, (_, at) => request(at, `m${at % 100}`))));
  expect(parts.every(({ model, lines }) => lines.every((line) => line.includes(`"model":"${model}"`)))).toBe(true);
  expect(idsOf(parts)).toHaveLength(300);
});

test('lines of a file stay as they stand; what is no request, or stands twice, is left out with its line', async () => {
  const odd = '{"url": "/v1/x", "custom_id":"b",  "method":"POST","body":{"model":"m","n":1.50}}';
  const skipped: NotAsked = { outcome: 'skipped', key: 'k', line: 9, reason: { code: 'when', message: 'no' } };
  const given = [
    JSON.stringify(request('a')),
    `${odd}\r\n`,
    'garbage',
    '{}',
    skipped,
    JSON.stringify(request('a')),
    `${odd}\n${odd}`,
  ];
  const items = await Array.fromAsync(splitRequests(given));
  expect(items.flatMap((item) => (item.kind === 'part' ? item.lines : []))).toEqual([
    `${JSON.stringify(request('a'))}\n`,
    `${odd}\n`,
  ]);
  expect(items.flatMap((item) => (item.kind === 'left-out' ? [[item.line, item.reason.code]] : []))).toEqual([
    [3, 'no-request'],
    [4, 'no-request'],
    [9, 'when'],
    [6, 'duplicate-id'],
    [7, 'no-request'],
  ]);
});

test.each([{ maxRequests: 0 }, { maxRequests: 1.5 }, { maxBytes: -1 }, { maxBytes: Number.NaN }])(
  'a limit that is none is refused at once: %j',
  (limits) => {
    expect(() => splitRequests([], limits)).toThrow(InputError);
  },
);
