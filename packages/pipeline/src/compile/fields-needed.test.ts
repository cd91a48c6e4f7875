import { expect, it } from 'vitest';
import { readPipeline } from '../read-pipeline.ts';
import { fieldsNeeded } from './fields-needed.ts';

const needed = (steps: object[], source: object = {}) =>
  fieldsNeeded(readPipeline({ source: { name: 'p', source: { path: 'a.csv', ...source }, key: 'id', steps } }));

const generate = (prompt: string, into = 'answer') => ({ generate: { model: 'm', prompt, into } });

it('names the fields of the source that a prompt cannot do without', () => {
  expect(needed([{ id: 'a', ...generate('{{ title }} {{ text | default: "" }} {{ _key }}') }]).source).toEqual([
    { field: 'title', path: 'steps[0].generate' },
  ]);
});

it('tells fields of earlier steps apart from those of the source', () => {
  const { source, byStage } = needed([
    { id: 'a', ...generate('{{ text }}', 'text') },
    { id: 'b', transform: { derive: { short: '{{ text }}', both: '{{ short }} {{ other }}' } } },
    { id: 'c', ...generate('{{ both }} {{ text }}') },
  ]);
  expect(source).toEqual([
    { field: 'text', path: 'steps[0].generate' },
    { field: 'other', path: 'steps[1].transform' },
  ]);
  expect([...byStage]).toEqual([
    ['001', []],
    ['002', ['text']],
    ['003', ['both', 'text']],
  ]);
});

it('leaves out what the source derives and what expand makes', () => {
  const { source } = needed(
    [
      { id: 'a', transform: { expand: { lang: ['en', 'fr'], times: 2 } } },
      { id: 'b', ...generate('{{ kind }} {{ lang }} {{ _n }} {{ title }}') },
    ],
    { derive: { kind: '{{ title | size }}' } },
  );
  expect(source).toEqual([{ field: 'title', path: 'steps[1].generate' }]);
});

it('gives the condition with a field that only some rows need, where the source can decide it', () => {
  const { source } = needed([
    { id: 'a', when: 'title', ...generate('{{ body }}') },
    { id: 'b', when: 'answer', ...generate('{{ extra }}', 'more') },
  ]);
  expect(source).toEqual([{ field: 'body', path: 'steps[0].generate', when: 'title' }]);
});
