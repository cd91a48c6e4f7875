import { expect, it } from 'vitest';
import { outputFields, readPipeline } from '../index.ts';

const pipelineWith = (output: unknown) =>
  readPipeline({
    source: {
      name: 'p',
      source: { path: 'a.csv', derive: { short: '{{ title }}' } },
      key: 'id',
      steps: [{ id: 's', generate: { model: 'm', prompt: 'x', into: 'summary' } }],
      output,
    },
  });

it('names the fields of columns and file names that neither the steps nor derive make', () => {
  const output = [
    {
      file: '{{ lang }}/{{ summary }}.csv',
      columns: { a: 'title', b: 'summary', c: 'short', d: '_key', e: '{{ year }} {{ x | default: note }}' },
    },
    { file: 'b.jsonl', columns: ['title', '_line'] },
  ];
  const { source, made } = outputFields(pipelineWith(output));
  expect(source.map(({ field, path }) => `${path} ${field}`)).toEqual([
    'output[0].columns title',
    'output[0].columns year',
    'output[0].columns note',
    'output[0].file lang',
    'output[1].columns title',
  ]);
  expect(made).toEqual(['short', 'summary']);
});

it('needs nothing for an output of every field', () => {
  expect(outputFields(pipelineWith({ file: 'a.csv' })).source).toEqual([]);
});
