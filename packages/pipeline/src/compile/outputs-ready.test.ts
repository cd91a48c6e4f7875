import { expect, test } from 'vitest';
import { readPipeline } from '../read-pipeline.ts';
import { outputsReady } from './outputs-ready.ts';

const compiled = readPipeline({
  source: {
    name: 'x',
    source: { format: 'jsonl', path: 'rows.jsonl' },
    key: 'id',
    steps: [
      { id: 'z', transform: { derive: { z: '{{ series }}' } } },
      { id: 'caption', generate: { model: 'm', prompt: '{{ z }}', into: 'caption' } },
      { id: 'title', transform: { derive: { title: '{{ caption }}' } } },
    ],
    output: [
      { file: 'series.csv', rows: 'all', columns: ['id', 'z'] },
      { file: 'ok-only.csv', columns: ['id', 'z'] },
      { file: 'everything.jsonl', rows: 'all' },
      { file: 'captions.csv', rows: 'all', columns: ['id', 'caption'] },
      { file: 'titles.csv', rows: 'all', columns: { id: '_key', about: '{{ title | default: "none" }}' } },
      { file: '{{ caption }}.csv', rows: 'all', columns: ['id'] },
    ],
  },
});

test('before a step is answered, the outputs of all rows that name nothing it leads to are ready', () => {
  expect(outputsReady(compiled, '002').map(({ file }) => file)).toEqual(['series.csv']);
});

test('what only a later step makes is waited for alone', () => {
  expect(outputsReady(compiled, '003').map(({ file }) => file)).toEqual([
    'series.csv',
    'captions.csv',
    '{{ caption }}.csv',
  ]);
});
