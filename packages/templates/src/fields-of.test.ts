import { expect, test } from 'vitest';
import { compileTemplate, fieldsOf, fieldsOfCondition, fieldsUsedByStage, rowScope } from './index.ts';
import type { Generate, GenerateStage, TransformStage } from '@batchmill/contracts';

test.each([
  ['none', [], []],
  ['{{ a }} {{ a.b }} {{ c[d] }}', ['a', 'c', 'd'], []],
  ['{{ a | default: b }}', ['b'], ['a']],
  ['{% if a %}{{ b }}{% else %}{{ c }}{% endif %}', [], ['a', 'b', 'c']],
  ['{% if a %}{{ a }}{% endif %}{{ a }}', ['a'], []],
  ['{% for t in list %}{{ t.q }}{{ other }}{{ forloop.index }}{% endfor %}', ['list'], ['other']],
  ['{% assign x = a.b %}{{ x }}', ['a'], []],
  ['{% capture x %}{{ a }}{% endcapture %}{{ x }}', ['a'], []],
  ['{{ vars.model }} {{ _key }} {{ _line }} {{ _n }} {{ _parent }}', [], []],
  ['{{ ["image url"] }}', ['image url'], []],
])('%s needs %j and may use %j', (source, needed, optional) => {
  expect(fieldsOf(source)).toEqual({ needed, optional });
});

test('without what it needs a template fails, without what is optional it does not', () => {
  const source = '{{ a }}{{ b | default: "" }}{% if c %}{{ d }}{% endif %}{% for e in f %}{{ e }}{% endfor %}';
  const { needed, optional } = fieldsOf(source);
  const full = Object.fromEntries(needed.map((name) => [name, 'x']));
  expect(optional).toEqual(['b', 'c', 'd']);
  expect(() => compileTemplate(source).render(full)).not.toThrow();
  for (const name of needed) {
    const { [name]: _left, ...rest } = full;
    expect(() => compileTemplate(source).render(rest)).toThrow(`unknown field "${name}"`);
  }
});

test('all fields of a condition are optional', () => {
  expect(fieldsOfCondition('a.b == c and vars.d')).toEqual({ needed: [], optional: ['a', 'c'] });
});

const generate: Generate = {
  provider: 'openai',
  endpoint: '/v1/chat/completions',
  model: '{{ vars.model }}',
  params: { temperature: '{{ heat }}', nested: { list: ['{{ deep }}'] } },
  messages: [
    { role: 'system', content: 'You are {{ role | default: "kind" }}.' },
    {
      role: 'user',
      content: [
        { text: '{{ question }}' },
        { image: { url: '{{ link }}' } },
        { image: { plot: { fields: ['series'], title: '{{ caption }}' } } },
      ],
    },
  ],
  into: 'answer',
  onTruncated: { max_tokens: '{{ more }}' },
  retryAttempts: 3,
};
const stage: GenerateStage = {
  number: '001',
  step: 's',
  kind: 'generate',
  generate,
  removeWhen: 'answer contains bad',
};

test('a generate stage uses the fields of its templates, plots and conditions', () => {
  expect(fieldsUsedByStage(stage)).toEqual({
    needed: ['question', 'link', 'series', 'caption', 'heat', 'deep'],
    optional: ['role', 'more', 'bad'],
  });
});

test('a stage with a condition needs nothing', () => {
  const used = fieldsUsedByStage({ ...stage, when: 'wanted' });
  expect(used.needed).toEqual([]);
  expect(used.optional).toContain('question');
  expect(used.optional).toContain('wanted');
});

test('a transform does not need what it makes', () => {
  const derive: TransformStage = {
    number: '001',
    step: 's',
    kind: 'transform',
    transform: { name: 'derive', options: { a: '{{ x }}', b: '{{ a }}{{ y }}' } },
  };
  expect(fieldsUsedByStage(derive).needed).toEqual(['x', 'y']);
  const expand = {
    ...derive,
    transform: { name: 'expand', options: { t: ['{{ z }}'], u: '{{ list }}' } },
    key: '{{ t }}_{{ k }}',
  };
  expect(fieldsUsedByStage(expand).needed).toEqual(['list', 'k']);
});

test('the scope of a row holds its fields, vars and reserved names', () => {
  const row = { id: '1', key: 'k', home: 0, line: 7, fields: { a: 1, vars: 'hidden' } };
  expect(rowScope(row, { m: 2 })).toEqual({ a: 1, vars: { m: 2 }, _key: 'k', _line: 7 });
  expect(rowScope({ ...row, n: 0, parent: 'p' }, {})).toMatchObject({ _n: 0, _parent: 'p' });
});
