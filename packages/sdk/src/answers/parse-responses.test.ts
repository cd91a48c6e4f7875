import { Readable } from 'node:stream';
import { InputError } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import type { LineSource } from './lines-of.ts';
import { parseResponses } from './parse-responses.ts';
import type { ParseOptions } from './parse-responses.ts';

const answer = (id: string, content: string | null, over: object = {}): object => ({
  custom_id: id,
  response: {
    status_code: 200,
    body: {
      choices: [{ message: { role: 'assistant', content, ...over }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3 },
    },
  },
  error: null,
});
const parse = (lines: LineSource, options?: ParseOptions) => Array.fromAsync(parseResponses(lines, options));

describe('one item per line, whatever stands in it', () => {
  test('a plain text stays a text, with tokens and the whole line', async () => {
    const texts = ['42', 'true', '"quoted"', 'two\nlines', '```json\n{"a":1}\n```', '{"a":1}'];
    const items = await parse(texts.map((text, at) => answer(`r${at}`, text)));
    expect(items.map((item) => item.outcome === 'ok' && [item.text, item.value])).toEqual(
      texts.map((text) => [text, text]),
    );
    expect(items[0]).toEqual({
      line: 1,
      customId: 'r0',
      outcome: 'ok',
      text: '42',
      value: '42',
      usage: { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 },
      raw: answer('r0', '42'),
    });
  });

  test('no response, no choices, refusals, cut answers and garbage stop nothing', async () => {
    const response = (body: object | null, status = 200) => ({ status_code: status, body });
    const lines = [
      { custom_id: 'null', response: null, error: null },
      { custom_id: 'expired', response: null, error: { code: 'batch_expired', message: 'too late' } },
      { custom_id: 'choices', response: response({ choices: [] }), error: null },
      answer('content', null),
      answer('refused', null, { refusal: 'I will not.' }),
      {
        custom_id: 'cut',
        response: response({ choices: [{ message: { content: 'Half' }, finish_reason: 'length' }] }),
      },
      { custom_id: 'status', response: response({ error: { code: 'bad', message: 'no' } }, 400) },
      'garbage',
      '{"custom_id": "cut off',
      '{"no": "id"}',
      '[1]',
      'null',
      answer('last', 'fine'),
    ];
    const items = await parse(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))));
    expect(
      items.map((item) => [
        item.line,
        item.customId,
        item.outcome,
        item.outcome === 'ok' ? item.text : item.reason.code,
      ]),
    ).toEqual([
      [1, 'null', 'failed', 'no-response'],
      [2, 'expired', 'expired', 'batch_expired'],
      [3, 'choices', 'invalid', 'empty-choices'],
      [4, 'content', 'invalid', 'empty-answer'],
      [5, 'refused', 'refused', 'refused'],
      [6, 'cut', 'truncated', 'truncated'],
      [7, 'status', 'failed', 'bad'],
      [8, null, 'invalid', 'unparsable'],
      [9, null, 'invalid', 'unparsable'],
      [10, null, 'invalid', 'unparsable'],
      [11, null, 'invalid', 'unparsable'],
      [12, null, 'invalid', 'unparsable'],
      [13, 'last', 'ok', 'fine'],
    ]);
    expect(items[5]).toMatchObject({ text: 'Half' });
    expect(items[7]).toMatchObject({ raw: 'garbage', usage: null });
  });
});

describe('JSON answers', () => {
  const schema = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };

  test('may stand in a fence; the text is kept beside the value', async () => {
    const fenced = '```json\n{"score": 4}\n```';
    expect(
      await parse([answer('a', fenced), answer('b', '"4"'), answer('c', 'four')], { parse: 'json' }),
    ).toMatchObject([
      { outcome: 'ok', text: fenced, value: { score: 4 } },
      { outcome: 'ok', text: '"4"', value: '4' },
      { outcome: 'invalid', text: 'four', reason: { code: 'schema', message: expect.stringContaining('not JSON') } },
    ]);
  });

  test('are checked, and say where they do not fit', async () => {
    const items = await parse([answer('a', '{"score":"4"}'), answer('b', '{"score":4}')], { parse: 'json', schema });
    expect(items).toMatchObject([
      {
        outcome: 'invalid',
        text: '{"score":"4"}',
        reason: { message: expect.stringContaining('score must be integer') },
      },
      { outcome: 'ok', value: { score: 4 } },
    ]);
  });

  test('by a schema that is none are refused at once', () => {
    expect(() => parseResponses([], { schema: { type: 'text' } })).toThrow(InputError);
  });
});

describe('lines come', () => {
  const text = `${JSON.stringify(answer('ä', 'eins\u2028zwei'))}\r\n\n${JSON.stringify(answer('b', '😀'))}`;
  const bytes = Buffer.from(text);
  const cutUp = (size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const characters = () => Readable.from(Array.from(text, String));

  test.each<[string, () => LineSource]>([
    ['as the text of a file', () => text],
    ['as bytes, cut anywhere', () => cutUp(7)],
    ['as a stream of bytes', () => Readable.from(cutUp(1))],
    ['as a stream of text', characters],
    ['as a stream of the web', () => new Blob([bytes]).stream()],
    ['as lines with and without their newlines', () => [`${text.split('\n')[0]}\n`, '', text.split('\n')[2] ?? '']],
    ['with a byte order mark', () => [Buffer.from([0xef, 0xbb, 0xbf]), bytes]],
  ])('%s', async (_, source) => {
    const items = await parse(source());
    expect(items.map((item) => [item.line, item.customId, item.outcome === 'ok' && item.text])).toEqual([
      [1, 'ä', 'eins\u2028zwei'],
      [3, 'b', '😀'],
    ]);
  });

  test('as objects that were parsed already', async () => {
    expect(await parse(new Set([answer('a', 'x')]))).toMatchObject([{ line: 1, customId: 'a', text: 'x' }]);
  });
});

test('another endpoint is read by its own shape', async () => {
  const body = { status: 'completed', output: [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }] };
  const line = { custom_id: 'a', response: { status_code: 200, body }, error: null };
  expect(await parse([line], { endpoint: '/v1/responses' })).toMatchObject([{ outcome: 'ok', text: 'hi' }]);
});
