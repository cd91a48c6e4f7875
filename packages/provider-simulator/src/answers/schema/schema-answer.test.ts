import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../random.ts';
import type { JsonSchema } from '../chat-body.ts';
import { schemaAnswer } from './schema-answer.ts';

const material = { words: ['harbour', 'lantern', 'Straße', 'tide'], numbers: ['7', '3.5', '1,900'], pictures: [] };
const answer = (schema: JsonSchema, seed: number): unknown =>
  schemaAnswer(schema, randomFrom(`seed ${seed}`), material);
/** Every seed gives an answer for which the check holds. */
const always = (schema: JsonSchema, check: (value: unknown) => void): void => {
  const property = fc.property(fc.nat(), (seed) => {
    check(answer(schema, seed));
  });
  fc.assert(property, { numRuns: 60 });
};

describe('an answer to a schema', () => {
  it('is the same for the same seed', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'number' } },
      required: ['a', 'b'],
    };
    expect(answer(schema, 5)).toEqual(answer(schema, 5));
    expect(answer(schema, 5)).not.toEqual(answer(schema, 6));
  });

  it('has every required property and none that is not described', () => {
    const schema = {
      type: 'object',
      properties: {
        caption: { type: 'string', minLength: 5 },
        score: { type: 'integer', minimum: 1, maximum: 5 },
        kind: { enum: ['a', 'b', null] },
        fixed: { const: 42 },
        yes: { type: 'boolean' },
        more: { type: 'null' },
        optional: { type: 'string' },
      },
      required: ['caption', 'score', 'kind', 'fixed', 'yes', 'more'],
      additionalProperties: false,
    };
    always(schema, (value) => {
      const { optional, ...rest } = value as Record<string, unknown>;
      expect(Object.keys(rest)).toEqual(schema.required);
      expect(['string', 'undefined']).toContain(typeof optional);
      expect(String(rest.caption).length).toBeGreaterThanOrEqual(5);
      expect([1, 2, 3, 4, 5]).toContain(rest.score);
      expect(['a', 'b', null]).toContain(rest.kind);
      expect(rest.fixed).toBe(42);
      expect(rest.yes).toBeTypeOf('boolean');
      expect(rest.more).toBeNull();
    });
  });

  it('keeps numbers within whatever bounds are given', () => {
    const bounds = fc.tuple(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: 1, max: 500 }));
    fc.assert(
      fc.property(bounds, fc.nat(), fc.constantFrom('integer', 'number'), ([minimum, span], seed, type) => {
        const maximum = minimum + span;
        const closed = answer({ type, minimum, maximum }, seed) as number;
        expect(closed >= minimum && closed <= maximum).toBe(true);
        const open = answer({ type, exclusiveMinimum: minimum, exclusiveMaximum: maximum + 1 }, seed) as number;
        expect(open > minimum && open < maximum + 1).toBe(true);
        expect(answer({ type, maximum }, seed) as number).toBeLessThanOrEqual(maximum);
        if (type === 'integer') expect(Number.isInteger(closed) && Number.isInteger(open)).toBe(true);
      }),
    );
    always({ type: 'integer', multipleOf: 7, minimum: 10, maximum: 30 }, (value) =>
      expect([14, 21, 28]).toContain(value),
    );
    always({ type: 'number', multipleOf: 0.25, minimum: 0, maximum: 1 }, (value) =>
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(value),
    );
  });

  it('keeps the lengths of texts and lists', () => {
    const sizes = fc.tuple(fc.nat(60), fc.nat(60));
    fc.assert(
      fc.property(sizes, fc.nat(), ([least, extra], seed) => {
        const most = least + extra;
        const text = Array.from(answer({ type: 'string', minLength: least, maxLength: most }, seed) as string);
        expect(text.length >= least && text.length <= most).toBe(true);
        const list = answer(
          { type: 'array', items: { type: 'boolean' }, minItems: least, maxItems: most },
          seed,
        ) as unknown[];
        expect(list.length >= least && list.length <= most).toBe(true);
      }),
    );
    always({ type: 'array', items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 3 }, (value) =>
      expect((value as number[]).toSorted()).toEqual([1, 2, 3]),
    );
    always({ type: 'array', prefixItems: [{ type: 'string' }, { const: 2 }], items: false }, (value) =>
      expect(value).toEqual([expect.any(String), 2]),
    );
  });

  it.each([
    ['^[A-Z]{3}-\\d{4}$'],
    ['^(yes|no)$'],
    ['^[a-z]+(?:_[a-z0-9]+)*$'],
    ['\\d{1,3}\\.\\d'],
    ['^[^\\s,]{2,8}$'],
    ['^\\+?[0-9 ]{6,}$'],
  ])('matches the pattern %s', (pattern) => {
    always({ type: 'string', pattern }, (value) => expect(value).toMatch(new RegExp(pattern, 'u')));
  });

  it('matches pattern and length together', () => {
    always({ type: 'string', pattern: '^[ab]*$', minLength: 20, maxLength: 24 }, (value) =>
      expect(value).toMatch(/^[ab]{20,24}$/),
    );
  });

  it.each([
    ['date', /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)$/],
    ['date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
    ['email', /^[a-z]+@example\.org$/],
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/],
    ['uri', /^https:\/\/example\.org\/[a-z]+$/],
  ])('has the format %s', (format, expected) => {
    always({ type: 'string', format }, (value) => expect(value).toMatch(expected));
  });

  it('takes one branch of anyOf and oneOf, with what stands beside them', () => {
    always({ anyOf: [{ type: 'string' }, { type: 'integer', minimum: 3, maximum: 4 }, { type: 'null' }] }, (value) =>
      expect(value === null || value === 3 || value === 4 || typeof value === 'string').toBe(true),
    );
    const schema = {
      type: 'object',
      properties: { kind: { enum: ['circle', 'square'] } },
      required: ['kind'],
      oneOf: [
        {
          properties: { kind: { const: 'circle' }, radius: { type: 'number', minimum: 1 } },
          required: ['kind', 'radius'],
        },
        { properties: { kind: { const: 'square' }, side: { type: 'number', minimum: 1 } }, required: ['kind', 'side'] },
      ],
    };
    always(schema, (value) => {
      const shape = value as { kind: string };
      expect(shape).toHaveProperty(shape.kind === 'circle' ? 'radius' : 'side');
    });
  });

  it('is sometimes null and sometimes not for a nullable type', () => {
    const values = Array.from({ length: 100 }, (_, seed) => answer({ type: ['string', 'null'] }, seed));
    expect(values).toContain(null);
    expect(values.some((value) => typeof value === 'string')).toBe(true);
  });

  it('follows references, joins allOf, and comes to an end in recursive schemas', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { allOf: [{ type: 'string' }, { maxLength: 9 }] },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          },
          required: ['name', 'children', 'next'],
          additionalProperties: false,
        },
      },
    };
    const check = (value: unknown): void => {
      const node = value as { name: string; children: unknown[]; next: unknown };
      expect(Object.keys(node)).toEqual(['name', 'children', 'next']);
      expect(node.name.length).toBeLessThanOrEqual(9);
      for (const child of node.children) check(child);
      if (node.next !== null) check(node.next);
    };
    always(schema, check);
  });
});
