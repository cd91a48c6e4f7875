import type { Json, TransformStage } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { fieldsMadeByStage } from './fields-made-by-stage.ts';
import { fieldsUsedByStage } from './fields-used-by-stage.ts';

const transform = (name: string, options: Json, key?: string): TransformStage => ({
  number: '001',
  step: 's',
  kind: 'transform',
  transform: { name, options },
  ...(key === undefined ? {} : { key }),
});

test.each([
  ['derive', { a: '{{ x }}', b: 'y' }, ['a', 'b']],
  ['expand', { lang: ['en'], times: 2 }, ['lang']],
  ['normalize', { field: 'series' }, ['series', 'normalization']],
  ['normalize', { field: ['a', 'b'] }, ['a', 'b', 'normalization']],
  ['normalize', { field: 'series', into: 'z' }, ['z', 'normalization']],
  ['normalize', { field: ['a', 'b'], into: { x: 'a', y: 'b' } }, ['x', 'y', 'normalization']],
])('%s with %j makes %j', (name, options, made) => {
  expect(fieldsMadeByStage(transform(name, options))).toEqual(made);
});

test('normalize needs the lists it reads, and its key what it does not make itself', () => {
  const one = transform(
    'normalize',
    { field: 'series', into: 'z' },
    '{{ id }}-{{ z | size }}-{{ normalization.z.mean }}',
  );
  expect(fieldsUsedByStage(one).needed).toEqual(['series', 'id']);
  expect(fieldsUsedByStage(transform('normalize', { field: ['a', 'b'] })).needed).toEqual(['a', 'b']);
});
