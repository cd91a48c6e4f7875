import { describe, expect, test } from 'vitest';
import { checkSchema, compileAnswerCheck, parseJsonAnswer, strictProblems, structuredOutput } from './index.ts';
import type { AnswerSchema } from './index.ts';

const relevance: AnswerSchema = {
  type: 'object',
  required: ['score', 'why'],
  additionalProperties: false,
  properties: { score: { enum: [1, 2, 3, 4, 5] }, why: { type: 'string' } },
};

describe('schemas', () => {
  test.each([
    [relevance],
    [{}],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'array', prefixItems: [{ type: 'string' }] }],
    [{ type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string', format: 'date' } } }],
  ])('%j can be used', (schema) => {
    expect(checkSchema(schema)).toEqual([]);
  });

  test.each([
    [{ type: 'strin' }, 'type'],
    [{ type: 'object', required: 'a' }, 'required'],
    [{ $ref: '#/$defs/none' }, '#/$defs/none'],
    [{ $ref: 'https://example.com/schema.json' }, 'https://example.com/schema.json'],
    [{ type: 'string', pattern: '(' }, 'regular expression'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'draft-04'],
    ['text', 'object'],
    [[1], 'object'],
  ])('%j is refused, and the reason names %s', (schema, named) => {
    expect(checkSchema(schema).join()).toContain(named);
  });

  test('two schemas may have one $id', () => {
    const named = (type: string): AnswerSchema => ({ $id: 'same', type });
    expect(compileAnswerCheck(named('string'))('a')).toBeNull();
    expect(compileAnswerCheck(named('number'))(1)).toBeNull();
  });
});

describe('answers', () => {
  test.each([
    [{ score: 3, why: 'good' }, null],
    [{ score: 7, why: 'good' }, 'score must be one of 1, 2, 3, 4, 5 (found 7)'],
    [{ score: 3 }, "the answer must have required property 'why'"],
    [{ score: 3, why: 'x', more: 1 }, 'the answer must not have the property "more"'],
    [{ score: 3, why: ['a'] }, 'why must be string (found ["a"])'],
    [null, 'the answer must be object (found null)'],
    [{}, "the answer must have required property 'score'; the answer must have required property 'why'"],
  ])('%j: %s', (value, reason) => {
    expect(compileAnswerCheck(relevance)(value)).toBe(reason);
  });

  test('a long value and many mistakes are cut short in the reason', () => {
    const check = compileAnswerCheck({ type: 'array', items: { type: 'string' } });
    const reason = check([Array.from({ length: 100 }, () => 1), 2, 3, 4, 5]);
    expect(reason).toMatch(/^0 must be string \(found \[1,1.*…\); 1 must.*; and 2 more$/);
    expect(reason?.length).toBeLessThan(250);
  });

  test.each([
    ['{"a":1}', { a: 1 }],
    ['  "x"\n', 'x'],
    ['```json\n{"a":"```"}\n```', { a: '```' }],
    ['```\n[1]\n```\n', [1]],
  ])('%j is read as JSON', (text, value) => {
    expect(parseJsonAnswer(text)).toEqual({ ok: true, value });
  });

  test.each(['', 'Sure! {"a":1}', '{"a":1', '{"a":1} {"a":2}'])('%j is no JSON', (text) => {
    expect(parseJsonAnswer(text)).toMatchObject({ ok: false, message: expect.stringContaining('the answer is') });
  });
});

describe('structured output', () => {
  test('a schema by the rules is sent as strict, and value lists get their type', () => {
    expect(structuredOutput('filter results', relevance)).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'filter_results',
        strict: true,
        schema: {
          ...relevance,
          properties: { score: { type: 'integer', enum: [1, 2, 3, 4, 5] }, why: { type: 'string' } },
        },
      },
    });
  });

  test('names that are also keywords are left alone', () => {
    const schema: AnswerSchema = { type: 'object', properties: { enum: { type: 'string' }, items: { const: 'a' } } };
    expect(structuredOutput('a', schema).json_schema.schema).toEqual({
      type: 'object',
      properties: { enum: { type: 'string' }, items: { type: 'string', const: 'a' } },
    });
  });

  test.each([
    [{ ...relevance, additionalProperties: true }, 'the answer lacks additionalProperties: false'],
    [{ ...relevance, required: ['score'] }, 'why is not in required'],
    [{ type: 'array', items: { type: 'string' } }, 'the answer as a whole is not of type object'],
    [{ ...relevance, properties: { ...(relevance['properties'] as AnswerSchema), why: {} } }, 'why has no type'],
    [
      {
        type: 'object',
        required: ['a'],
        additionalProperties: false,
        properties: { a: { type: 'array', items: { type: 'object' } } },
      },
      'a[] lacks additionalProperties: false',
    ],
    [{ ...relevance, allOf: [] }, 'the answer uses allOf'],
  ])('%j is not sent as strict', (schema, problem) => {
    expect(strictProblems(schema)).toContain(problem);
    expect(structuredOutput('a', schema).json_schema.strict).toBe(false);
  });
});
