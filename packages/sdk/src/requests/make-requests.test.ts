import { InputError } from '@batchmill/contracts';
import type { Fields } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { makeRequests } from './make-requests.ts';
import type { MakeRequestsOptions } from './make-requests.ts';
import { isRequest } from './request-line.ts';
import type { PipelineOrStep } from './step-to-ask.ts';

const PIPELINE = `name: images
vars: { tone: calm }
source: { format: json, path: images.json, derive: { title: "{{ name | upcase }}" } }
key: image_path
steps:
  - id: clean
    generate: { model: gpt-4o-mini, prompt: "Clean: {{ caption }}", into: cleaned }
  - id: describe
    when: cleaned != ""
    generate:
      model: gpt-4o-mini
      system: "Be {{ vars.tone }}."
      image: { url: "{{ image_url }}", detail: low }
      prompt: "Describe {{ title | default: name }}"
      params: { temperature: 0 }
      schema: { type: object, properties: { text: { type: string } }, required: [text], additionalProperties: false }
      into: { described: text }
output: { file: out.json }
`;

const make = (given: PipelineOrStep, rows: unknown[], options?: MakeRequestsOptions) =>
  Array.fromAsync(makeRequests(given, rows as Fields[], options));
const row = (over: Fields = {}): Fields => ({ image_path: 'a-1', name: 'tower', caption: 'A tower', ...over });

test('a step becomes the request lines that the product would send', async () => {
  const rows = [row({ image_url: 'https://example.org/a.png', cleaned: 'x' })];
  expect(await make(PIPELINE, rows)).toEqual([
    {
      custom_id: 'a-1',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Clean: A tower' }] },
    },
  ]);
  const [second] = await make(PIPELINE, rows, { step: 'describe', variables: { tone: 'loud' } });
  expect(second).toMatchObject({
    body: {
      temperature: 0,
      messages: [
        { role: 'system', content: 'Be loud.' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://example.org/a.png', detail: 'low' } },
            { type: 'text', text: 'Describe tower' },
          ],
        },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'describe', strict: true } },
    },
  });
});

test('the first step sees derived fields, and a pipeline may be an object or a step alone', async () => {
  const step = { generate: { model: 'm', prompt: '{{ title }}', into: 'x' } };
  const source = { path: 'rows.jsonl', derive: { title: '{{ name | upcase }}' } };
  const object = { name: 'n', source, key: 'image_path', steps: [{ id: 's', ...step }] };
  expect(await make(object, [row()])).toMatchObject([{ body: { messages: [{ content: 'TOWER' }] } }]);
  expect(await make(step, [row({ title: 't' })], { key: '{{ image_path }}-{{ _line }}' })).toMatchObject([
    { custom_id: 'a-1-1', body: { messages: [{ content: 't' }] } },
  ]);
});

test('every row gives one item in order: what cannot be asked says why, and is neither thrown nor dropped', async () => {
  const image = { image_url: 'https://example.org/a.png', cleaned: 'x' };
  const rows = [
    row({ ...image, image_path: 'one' }),
    row({ cleaned: 'x', image_path: 'no-url' }),
    row({ ...image, cleaned: '', image_path: 'when' }),
    row({ ...image, image_path: 'one' }),
    row({ ...image, image_path: 'holiday/mp4 gifts.jpg' }),
    row({ ...image, image_path: null }),
    row({ ...image, image_path: 'bad-url', image_url: 'ftp://x' }),
    { name: 'keyless', ...image },
    null,
    [1],
    row({ ...image, image_path: 'last' }),
  ];
  const items = await make(PIPELINE, rows, { step: 'describe' });
  expect(items.map((item) => (isRequest(item) ? item.custom_id : [item.outcome, item.line, item.reason.code]))).toEqual(
    [
      'one',
      ['invalid', 2, 'unknown-field'],
      ['skipped', 3, 'when'],
      ['invalid', 4, 'duplicate-key'],
      ['invalid', 5, 'custom-id'],
      ['invalid', 6, 'no-key'],
      ['invalid', 7, 'image-address'],
      ['invalid', 8, 'no-key'],
      ['invalid', 9, 'no-object'],
      ['invalid', 10, 'no-object'],
      'last',
    ],
  );
});

test('fewer than five incomplete rows are told like any other, and null is never the text "None"', async () => {
  const items = await make(PIPELINE, [row({ caption: null }), row({ image_path: 'b', caption: '' })]);
  expect(items).toMatchObject([
    { outcome: 'invalid', reason: { code: 'null-in-text' } },
    { custom_id: 'b', body: { messages: [{ content: 'Clean: ' }] } },
  ]);
});

test('names decide nothing: a path with "gif" or "mp4" in it is asked like any other, under another pattern of ids too', async () => {
  const items = await make(PIPELINE, [row({ image_path: 'gifts/mp4.jpg' })], { customIdPattern: /^.{1,64}$/ });
  expect(items).toMatchObject([{ custom_id: 'gifts/mp4.jpg' }]);
});

test('local pictures come from where the program says', async () => {
  const step = { generate: { model: 'm', image: { path: '{{ file }}' }, prompt: 'x', into: 'x' } };
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const images = { open: async (path: string) => (path === 'a.png' ? { bytes: png } : null) };
  const rows = ['a.png', 'b.png'].map((file, at) => ({ id: `r${at}`, file }));
  const items = await make(step, rows, { key: 'id', images });
  expect(JSON.stringify(items[0])).toContain(`data:image/png;base64,${png.toString('base64')}`);
  expect(items[1]).toMatchObject({ reason: { code: 'image-missing' } });
});

test('rows are taken one at a time as requests are wanted, and what is under way ends with the iteration', async () => {
  let taken = 0;
  let isClosed = false;
  async function* rows(): AsyncGenerator<Fields> {
    try {
      for (;;) yield row({ image_path: `r${(taken += 1)}` });
    } finally {
      isClosed = true;
    }
  }
  for await (const item of makeRequests(PIPELINE, rows())) if (isRequest(item) && item.custom_id === 'r3') break;
  expect([taken, isClosed]).toEqual([3, true]);
});

test.each<[PipelineOrStep, MakeRequestsOptions, RegExp]>([
  [{ generate: { model: 'm', prompt: 'x', into: 'x' } }, {}, /the option `key`/],
  [PIPELINE, { step: 'translate' }, /no step "translate" asks a model.*clean, describe/],
  [PIPELINE.replace('prompt: "Clean', 'promt: "Clean').replace('calm }', 'calm'), {}, /\w/],
  ['name: x\nsource: { path: a.csv }\nkey: id\nsteps: []\n', {}, /asks no model/],
])('a mistake in the pipeline is told at once: %#', (given, options, message) => {
  expect(() => makeRequests(given, [], options)).toThrow(InputError);
  expect(() => makeRequests(given, [], options)).toThrow(message);
});
