import type { GenerateStage, Row } from '@batchmill/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answerLine, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const answered = async (text: string, generate: Partial<GenerateStage['generate']>): Promise<Stage> => {
  const stage = await openStage(1, generate);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  await stage.plan([['0']]);
  await stage.end({ output: [answerLine(stage.customId('0'), text)] });
  await stage.account();
  return stage;
};

const fieldsOf = async (stage: Stage) => {
  const [row] = await Array.fromAsync(stage.ledger.readLines<Row>((await stage.closed())?.rows ?? null));
  return row?.fields;
};

describe('an answer that is text', () => {
  test.each(['42', 'true', 'null', '"quoted"', '```json\n{"a": 1}\n```', ' two\n\nlines '])(
    'stays the text that it is: %j',
    async (text) => {
      expect(await fieldsOf(await answered(text, {}))).toEqual({ n: 0, answer: text });
    },
  );
});

describe('an answer that is JSON', () => {
  test.each([
    ['alone', '{"a": 1}', { a: 1 }],
    ['in a code fence', '```json\n{"a": 1}\n```', { a: 1 }],
    ['in a fence without a name', '```\n[1, 2]\n```', [1, 2]],
    ['a number', '42', 42],
  ])('is read: %s', async (_name, text, value) => {
    expect(await fieldsOf(await answered(text, { parse: 'json' }))).toEqual({ n: 0, answer: value });
  });

  test('goes into fields, and its text into a field of its own', async () => {
    const text = '```json\n{"score": 3, "why": "so"}\n```';
    const stage = await answered(text, { parse: 'json', into: { points: 'score' }, rawInto: 'raw' });
    expect(await fieldsOf(stage)).toEqual({ n: 0, points: 3, raw: text });
  });

  test.each([
    ['is none', 'Sure! Here it is.', /not JSON/],
    ['does not fit the schema', '{"score": "three"}', /score/],
  ])('is asked for once more, with the reason, where it %s', async (_name, text, message) => {
    const schema = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };
    const stage = await answered(text, { parse: 'json', schema, retryAttempts: 3 });
    expect(await stage.outcomes()).toMatchObject({ again: { rows: 1, reasons: { invalid: 1 } } });
    await stage.plan([['0']], 2, { rows: 1 });
    await stage.end({ output: [answerLine(stage.customId('0', 2), text)] }, { attempt: 2 });
    await stage.account(2);
    const rejects = await stage.rejects();
    expect(rejects).toMatchObject([{ outcome: 'invalid', attempts: 2, raw: text }]);
    expect(rejects[0]?.reason.message).toMatch(message);
  });
});
