import { createConnection } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, pipelineText, rows } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
let id = '';
beforeAll(async () => {
  stage = await openStage();
  const input = [{ name: 'rows.jsonl', upload: await stage.upload(rows) }];
  const { json } = await stage.call('POST', '/v1/jobs', { pipeline: pipelineText, input });
  id = (json as { id: string }).id;
});
afterAll(async () => {
  expect(stage.failures).toEqual([]);
  await stage.close();
});

/** Anything a user sends gets an answer below 500 in our own form. */
const expectTheirMistake = ({ status, json, text }: Awaited<ReturnType<Stage['call']>>, sent: unknown): void => {
  expect(status, `${JSON.stringify(sent)} → ${text}`).toBeLessThan(500);
  if (status >= 400 && text !== '')
    expect(json, text).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
};

const odd = fc.oneof(
  fc.constantFrom(
    '',
    '..',
    '../..',
    '%2e%2e',
    '%00',
    'a b',
    'A',
    '0'.repeat(500),
    'constructor',
    '__proto__',
    '-1',
    '1e99',
    'null',
    'é',
    '%F0%9F%98%80',
    '😀',
  ),
  fc.string({ maxLength: 30 }),
);
const route = fc.constantFrom(
  '',
  '/events-not',
  '/rows',
  '/rows/X',
  '/outputs',
  '/outputs/X',
  '/report',
  '/explain',
  '/cancel',
  '/retry',
  '/X',
);

test('paths and queries of any kind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
      odd,
      route,
      odd,
      odd,
      fc.boolean(),
      async (method, job, end, a, b, real) => {
        const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
        const name = real && method === 'GET' ? id : encoded(job);
        const query = ['cursor', 'limit', 'outcome', 'step', 'key', 'run', 'shard', 'name']
          .map((key, i) => (i % 2 === a.length % 2 ? `${key}=${encoded(b)}` : ''))
          .filter(Boolean);
        const path = `/v1/jobs/${name}${end.replace('X', encoded(a))}?${query.join('&')}`;
        expectTheirMistake(await stage.call(method, path), [method, path]);
      },
    ),
    { numRuns: 250 },
  );
});

const value: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  fc.constantFrom(null, true, 0, -1, 1e308, '', 'x', [], {}, '{{ x', '{{ id }}', pipelineText, 'rows.jsonl', '../x'),
  fc.jsonValue(),
);
const members = (names: string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });

test('bodies of any kind for jobs and previews', async () => {
  const names = [
    'pipeline',
    'pipelineFile',
    'input',
    'variables',
    'set',
    'files',
    'assets',
    'previous',
    'rows',
    'totalRows',
    'x',
  ];
  const body = fc.oneof(
    value,
    members(names),
    members(names).map((some) => ({ pipeline: pipelineText, input: [], rows: [{ id: 1 }], ...some })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/v1/jobs', '/v1/preview', `/v1/jobs/${id}/resume`), body, async (path, sent) => {
      expectTheirMistake(
        await stage.call('POST', path, JSON.stringify(sent) ?? '', { 'content-type': 'application/json' }),
        sent,
      );
    }),
    { numRuns: 250 },
  );
});

test('pipelines that are nearly right, and rows that are not', async () => {
  const step = fc.dictionary(fc.constantFrom('id', 'generate', 'transform', 'when', 'remove_when', 'repeat'), value);
  const generate = fc.dictionary(
    fc.constantFrom(
      'provider',
      'model',
      'prompt',
      'into',
      'schema',
      'params',
      'messages',
      'image',
      'retry',
      'max_requests',
      'endpoint',
    ),
    value,
  );
  const pipeline = fc.record({
    name: fc.oneof(fc.constant('n'), value),
    source: fc.oneof(fc.constant({ format: 'jsonl', path: 'rows.jsonl' }), value),
    key: fc.oneof(fc.constant('{{ id }}'), value),
    steps: fc.oneof(
      fc.array(step, { maxLength: 2 }),
      fc.array(
        generate.map((one) => ({
          id: 'a',
          generate: { provider: 'simulator', model: 'm', prompt: 'p', into: 'x', ...one },
        })),
        { maxLength: 2 },
      ),
      value,
    ),
    output: fc.oneof(fc.constant({ format: 'jsonl', file: 'o.jsonl' }), value),
  });
  const given = fc.array(fc.dictionary(fc.constantFrom('id', 'x', '_key', '__proto__'), value), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(pipeline, given, async (sent, fields) => {
      expectTheirMistake(await stage.call('POST', '/v1/preview', { pipeline: sent, rows: fields }), sent);
      expectTheirMistake(await stage.call('POST', '/v1/jobs', { pipeline: sent, input: [] }), sent);
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['no JSON at all', '/v1/jobs', '{"a":', { 'content-type': 'application/json' }],
  ['an empty body', '/v1/jobs', '', { 'content-type': 'application/json' }],
  ['a body of no type', '/v1/jobs', 'x', {}],
  ['a body of another type', '/v1/jobs', '<a/>', { 'content-type': 'text/xml' }],
  ['a prototype', '/v1/jobs', '{"__proto__":{"a":1},"pipeline":"","input":[]}', { 'content-type': 'application/json' }],
  ['a deep nesting', '/v1/jobs', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, { 'content-type': 'application/json' }],
  [
    'a YAML bomb',
    '/v1/preview',
    JSON.stringify({
      pipeline:
        'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]',
      rows: [{}],
    }),
    { 'content-type': 'application/json' },
  ],
  ['an empty key', '/v1/jobs', '{}', { 'content-type': 'application/json', 'idempotency-key': '' }],
  ['a long key', '/v1/jobs', '{}', { 'content-type': 'application/json', 'idempotency-key': 'x'.repeat(300) }],
])('%s', async (_name, path, body, headers) => {
  const answer = await stage.call('POST', path, body, headers);
  expectTheirMistake(answer, body.slice(0, 100));
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

test.each(['/v1/jobs/%', '/v1/jobs/%E0%A4%A', '/%ff', `/v1/jobs/${'x'.repeat(12_000)}`])(
  'an address that cannot be read: %.30s',
  async (path) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(stage.url);
      const socket = createConnection(Number(port), hostname, () =>
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
      );
      let text = '';
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('end', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    if (answer.includes('application/json')) expect(answer).toContain('"error":{"code"');
  },
);

test('health, metrics and documents answer', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/']) {
    expect((await stage.call('GET', path)).status).toBe(200);
  }
});
