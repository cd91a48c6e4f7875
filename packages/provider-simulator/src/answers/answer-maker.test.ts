import { describe, expect, it } from 'vitest';
import { answersInTest, bodyWith } from './answers-in-test.ts';

describe('an answer', () => {
  it('depends on the seed and the body only', async () => {
    await using answers = answersInTest();
    await using others = answersInTest();
    const body = bodyWith('Describe the harbour of Lisbon in 1755');
    const text = await answers.text(body);
    expect(await others.text(structuredClone(body))).toBe(text);
    expect(await answers.text(body, 2)).not.toBe(text);
    expect(await answers.text({ ...body, temperature: 0.1 })).not.toBe(text);
  });

  it('is drawn from the words and numbers of the request, and differs from row to row', async () => {
    await using answers = answersInTest();
    const texts = await Promise.all(
      Array.from({ length: 40 }, (_, index) => answers.text(bodyWith(`Harbour lighthouse ${index + 1_000} keeper`))),
    );
    for (const [index, text] of texts.entries()) {
      expect(text).toMatch(/Harbour|lighthouse|keeper/);
      expect(text).toContain(String(index + 1_000));
    }
    expect(new Set(texts).size).toBe(40);
  });

  it('has words even where the request has none', async () => {
    await using answers = answersInTest();
    for (const content of ['', '???', [{ type: 'text', text: '' }]]) {
      expect((await answers.text(bodyWith(content))).length).toBeGreaterThan(10);
    }
  });

  it('keeps to the most tokens and says so', async () => {
    await using answers = answersInTest();
    const question = 'Tell everything about whales, dolphins and porpoises';
    for (const name of ['max_tokens', 'max_completion_tokens']) {
      const answer = await answers.ask(bodyWith(question, { [name]: 5 }));
      expect(answer).toMatchObject({ ok: true, completionTokens: 5, choices: [{ finishReason: 'length' }] });
    }
    const whole = await answers.ask(bodyWith(question, { max_completion_tokens: 5_000 }));
    expect(whole).toMatchObject({ ok: true, choices: [{ finishReason: 'stop' }] });
  });

  it('counts the prompt by its length', async () => {
    await using answers = answersInTest();
    expect(await answers.ask(bodyWith('x'.repeat(4_000)))).toMatchObject({ promptTokens: 1_006 });
  });

  it('gives as many choices as asked for', async () => {
    await using answers = answersInTest();
    expect(await answers.ask(bodyWith('whales and dolphins', { n: 3 }))).toMatchObject({
      choices: [{ finishReason: 'stop' }, { finishReason: 'stop' }, { finishReason: 'stop' }],
    });
  });

  it('is JSON where JSON is asked for', async () => {
    await using answers = answersInTest();
    const text = await answers.text(bodyWith('whales', { response_format: { type: 'json_object' } }));
    expect(JSON.parse(text)).toEqual({ answer: expect.any(String) });
  });

  it('is JSON of the form that the prompt shows', async () => {
    await using answers = answersInTest();
    const shown = '{"score": 1, "kind": "A {", "sure": true, "why": {"words": ["..."], "share": 0.5}}';
    const asked = [{ type: 'text', text: `whales {not this} and {"a": 1}\nReply as JSON: ${shown} and nothing else` }];
    const reply: unknown = JSON.parse(await answers.text(bodyWith(asked)));
    expect(reply).toEqual({
      score: expect.any(Number),
      kind: expect.any(String),
      sure: expect.any(Boolean),
      why: { words: expect.arrayContaining([expect.any(String)]), share: expect.any(Number) },
    });
  });

  it.each(['No json object: {a} {"', 'An object without the word: {"a": 1}', 'Empty json: {}'])(
    'is text where the prompt shows none: %s',
    async (prompt) => {
      await using answers = answersInTest();
      expect(await answers.text(bodyWith(`whales. ${prompt}`))).not.toMatch(/^\{/);
    },
  );
});

describe('a request that cannot be answered', () => {
  const format = (schema: object, strict = true) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'reply', strict, schema } },
  });

  const deep = (levels: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < levels; level += 1) value = [value];
    return value;
  };

  it.each([
    ['no messages', { model: 'gpt-4o' }, 'messages', /Missing required parameter: 'messages'/],
    ['an empty list of messages', { model: 'gpt-4o', messages: [] }, 'messages', /empty array/],
    ['an unknown model', { ...bodyWith('x'), model: 'unknown' }, null, /The model `unknown` does not exist/],
    ['an unknown role', { model: 'gpt-4o', messages: [{ role: 'boss', content: 'x' }] }, 'messages[0].role', /'boss'/],
    ['a part without type', bodyWith([{ text: 'x' }]), 'messages[0].content[0].type', /Missing/],
    [
      'a local path as picture',
      bodyWith([{ type: 'image_url', image_url: { url: '/tmp/x.png' } }]),
      'messages[0].content[0].image_url.url',
      /Invalid 'image_url'/,
    ],
    ['too high a temperature', bodyWith('x', { temperature: 3 }), 'temperature', /<= 2/],
    [
      'max_tokens for a reasoning model',
      bodyWith('x', { model: 'o3', max_tokens: 5 }),
      'max_tokens',
      /'max_completion_tokens' instead/,
    ],
    [
      'a temperature for a reasoning model',
      bodyWith('x', { model: 'gpt-5-mini', temperature: 0 }),
      'temperature',
      /Only the default/,
    ],
    [
      'an unknown response format',
      bodyWith('x', { response_format: { type: 'xml' } }),
      'response_format.type',
      /'xml'/,
    ],
    [
      'a strict schema that is no object',
      bodyWith('x', format({ type: 'array', items: { type: 'string' } })),
      'response_format',
      /type: "object"/,
    ],
    [
      'a strict object open to more',
      bodyWith('x', format({ type: 'object', properties: {} })),
      'response_format',
      /'additionalProperties' is required to be supplied and to be false/,
    ],
    [
      'a strict property left out of required',
      bodyWith(
        'x',
        format({ type: 'object', properties: { a: { type: 'string' } }, required: [], additionalProperties: false }),
      ),
      'response_format',
      /Missing 'a'/,
    ],
    ['a schema without any document', bodyWith('x', format({ $ref: '#' }, false)), 'response_format', /circle/],
    [
      'a schema that asks for too much',
      bodyWith('x', format({ type: 'array', minItems: 1e12 }, false)),
      'response_format',
      /too many/,
    ],
    ['a body nested without measure', bodyWith('x', { extra: deep(20_000) }), null, /nested too deeply/],
    ['an empty enum', bodyWith('x', format({ enum: [] }, false)), 'response_format', /cannot be satisfied/],
  ])('%s is refused with its place', async (_name, body, param, message) => {
    await using answers = answersInTest();
    expect(await answers.ask(body)).toMatchObject({
      ok: false,
      problem: { param, type: 'invalid_request_error', message: expect.stringMatching(message) },
    });
  });
});
