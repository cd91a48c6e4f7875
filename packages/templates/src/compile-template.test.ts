import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileTemplate, TemplateError } from './index.ts';
import type { Fields, Json } from '@batchmill/contracts';

const codeOf = (run: () => unknown): string => {
  try {
    return `no error: ${JSON.stringify(run())}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.field === undefined ? error.code : `${error.code} ${error.field}`;
  }
};

describe('text', () => {
  const scope: Fields = { name: 'Ada', n: 3, yes: true, nothing: null, list: [1, 2], map: { a: 1 }, empty: '' };
  test.each([
    ['no template', 'no template'],
    ['', ''],
    ['Hello {{ name }}!', 'Hello Ada!'],
    ['{{ n }} {{ yes }}', '3 true'],
    ['{{ empty }}', ''],
    ['{{ missing | default: "" }}', ''],
    ['{{ nothing | default: "none" }}', 'none'],
    ['{% if missing %}a{% else %}b{% endif %}', 'b'],
    ['{% if missing.deeper == nil %}b{% endif %}', 'b'],
    ['{{ list | json }} {{ map | json }}', '[1,2] {"a":1}'],
    ['{{ list | join: ", " }}', '1, 2'],
    ['{{ list | size }} {{ list.size }} {{ list.first }}', '2 2 1'],
    ['{% for i in list %}<{{ i }}>{% endfor %}', '<1><2>'],
    ['{% raw %}{{ name }}{% endraw %}', '{{ name }}'],
    ['{% assign loud = name | upcase %}{{ loud }}', 'ADA'],
    ['{% if (n == 3 or n == 4) and yes %}in{% endif %}', 'in'],
    ['{{ 0 | date: "%H:%M" }}', '00:00'],
  ])('%s gives %j', (source, expected) => {
    expect(compileTemplate(source).render(scope)).toBe(expected);
  });

  test.each([
    ['{{ missing }}', 'unknown-field missing'],
    ['a {{ map.b }}', 'unknown-field map.b'],
    ['{{ missing | upcase }}', 'unknown-field missing'],
    ['{{ name | append: missing }}', 'unknown-field missing'],
    ['{% assign x = missing %}{{ x }}', 'unknown-field missing'],
    ['{% for i in missing %}{% endfor %}', 'unknown-field missing'],
    ['{% for i in list %}{{ i }}{{ missing }}{% endfor %}', 'unknown-field missing'],
    ['{{ nothing }}', 'null-in-text nothing'],
    ['a {{ nothing }}', 'null-in-text nothing'],
    ['a {{ nil }}', 'null-in-text nil'],
    ['a {{ list }}', 'not-text list'],
    ['a {{ map }}', 'not-text map'],
    ['{% echo map %}', 'not-text map'],
    ['{% capture x %}{{ list }}{% endcapture %}', 'not-text list'],
    ['a {{ n | divided_by: 0 }}', 'render n'],
    ['{{ constructor }}', 'unknown-field constructor'],
    ['{{ map.constructor }}', 'unknown-field map.constructor'],
    ['{{ map.__proto__ }}', 'unknown-field map.__proto__'],
    ['{{ name.toString }}', 'unknown-field name.toString'],
  ])('%s is refused: %s', (source, expected) => {
    expect(codeOf(() => compileTemplate(source).render(scope))).toBe(expected);
  });

  test('an error says where in the template it is', () => {
    const template = compileTemplate('first line\n  {{ caption }}');
    expect(() => template.render({})).toThrow('unknown field "caption" (line 2, column 6)');
  });

  test('a loop without end is stopped', () => {
    const source = '{% for a in (1..100000000000) %}x{% endfor %}';
    expect(codeOf(() => compileTemplate(source).render({}))).toBe('render');
  });
});

describe('syntax', () => {
  test.each([
    '{{ x',
    '{{ }}',
    '{{ a b }}',
    '{{ a == }}',
    '{% if a = b %}{% endif %}',
    '{% if a %}',
    '{% endif %}',
    '{{ a | nofilter }}',
    '{{ (a | nofilter) }}',
  ])('%s is refused', (source) => {
    expect(codeOf(() => compileTemplate(source))).toBe('syntax');
  });

  test.each(['render "x"', 'include "x"', 'layout "x"', 'block x', 'increment x', 'decrement x'])(
    'the tag {%% %s %%} does not exist',
    (tag) => {
      expect(codeOf(() => compileTemplate(`{% ${tag} %}`))).toBe('syntax');
    },
  );

  test.each(['sample', 'raw', 'where_exp: "x", name'])('the filter %s does not exist', (filter) => {
    expect(codeOf(() => compileTemplate(`{{ x | ${filter} }}`))).toBe('syntax');
  });
});

describe('values', () => {
  const json: fc.Arbitrary<Json> = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>;

  test('a source that is exactly one output keeps every value and its type', () => {
    const template = compileTemplate('{{ x }}');
    fc.assert(
      fc.property(json, (x) => {
        expect(template.value({ x })).toEqual(x);
      }),
    );
  });

  test('anything beside the output makes it text', () => {
    expect(compileTemplate(' {{ n }}').value({ n: 3 })).toBe(' 3');
    expect(compileTemplate('{{ n }}{{ n }}').value({ n: 3 })).toBe('33');
  });

  test('render and value of one template do not disturb each other', () => {
    const template = compileTemplate('{{ n }}');
    expect([template.value({ n: 3 }), template.render({ n: 3 }), template.value({ n: 4 })]).toEqual([3, '3', 4]);
  });

  test('a text of a row is never read as a template', () => {
    const template = compileTemplate('<{{ x }}>{% if x contains "secret" %}{% endif %}');
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom('{{ vars.secret }}', '{% raw %}', '{{ x }}', '%}{{ x }}', '{% endif %}'),
    );
    fc.assert(
      fc.property(fc.array(hostile), (pieces) => {
        const x = pieces.join('');
        expect(template.render({ x, vars: { secret: 's' } })).toBe(`<${x}>`);
      }),
    );
  });
});

describe('own filters', () => {
  test('from_json gives the value, and null where there is no JSON', () => {
    const template = compileTemplate('{{ x | from_json }}');
    expect(template.value({ x: '{"a":[1]}' })).toEqual({ a: [1] });
    expect(template.value({ x: 'no json' })).toBeNull();
    expect(template.value({ x: null })).toBeNull();
    expect(template.value({ x: [1] })).toEqual([1]);
  });

  test('from_json undoes json', () => {
    const there = compileTemplate('{{ x | json }}');
    const back = compileTemplate('{{ x | from_json }}');
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        const text = there.render({ x: x as Json });
        expect(back.value({ x: text })).toEqual(JSON.parse(JSON.stringify(x)));
      }),
    );
  });

  test('pop leaves out the last element', () => {
    const template = compileTemplate('{{ x | pop }}');
    expect(template.value({ x: [1, 2, 3] })).toEqual([1, 2]);
    expect(template.value({ x: [] })).toEqual([]);
    expect(template.value({ x: null })).toEqual([]);
  });
});
