import { InputError } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileReferences } from './read/file-references.ts';
import { captions } from './mistakes/captions.ts';
import { readPipeline } from './read-pipeline.ts';
import type { PipelineInput } from './read-pipeline.ts';

/** Whether it is read or refused in the way a user can be told. */
const isReadOrRefused = (input: PipelineInput): boolean => {
  try {
    readPipeline(input);
    return true;
  } catch (error) {
    if (error instanceof InputError)
      return error.problems.length > 0 && error.problems.every(({ message }) => message !== '');
    throw error;
  }
};

const KEYS = 'name vars source steps output generate transform expand schema $file into __proto__ constructor'.split(
  ' ',
);
const MARKS = '{{ vars.a }}|{{|}}|{% if x %}|&a |*a|<<|!!set |!x |null|.nan|5%|1e999|#|>|- |[|]|{|}|, |"'.split('|');
const BREAKS = [': ', ':', '\n', '\n  ', '\n  - ', '|\n', "'", '\t', '---\n', '%YAML 1.1\n', '\u0000'];

const pieces = fc.constantFrom(...KEYS, ...MARKS, ...BREAKS);
const words = fc.oneof(pieces, fc.string({ maxLength: 5 }));
const text = fc.array(words, { maxLength: 25 }).map((parts) => parts.join(''));

it('reads or refuses any text', () => {
  fc.assert(
    fc.property(text, (source) => isReadOrRefused({ source })),
    { numRuns: 400 },
  );
});

it('reads or refuses a pipeline in which any piece is replaced', () => {
  const cut = fc.tuple(fc.nat(captions.length), fc.nat(30), text);
  fc.assert(
    fc.property(cut, ([start, length, middle]) => {
      const source = captions.slice(0, start) + middle + captions.slice(start + length);
      fileReferences(source);
      return isReadOrRefused({ source });
    }),
    { numRuns: 400 },
  );
});

const PLACES = [
  ...'name vars source source.path source.derive key max_invalid shards defaults steps steps[0] output'.split(' '),
  ...'steps[0].id steps[0].generate steps[0].generate.into steps[0].generate.messages steps[0].transform'.split(' '),
  ...'steps[0].generate.schema steps[0].generate.image output.columns output.split'.split(' '),
];

it('reads or refuses any value at any place', () => {
  const path = fc.constantFrom(...PLACES);
  const values = fc.dictionary(path, fc.jsonValue() as fc.Arbitrary<never>, { maxKeys: 3 });
  fc.assert(
    fc.property(values, values, (set, variables) => isReadOrRefused({ source: captions, set, variables })),
    { numRuns: 400 },
  );
});

const circular: { [key: string]: unknown } = { name: 'p' };
circular['vars'] = circular;

it.each<[string, string | object]>([
  ['nested without end', `a: ${'['.repeat(20_000)}`],
  ['nested by indentation', Array.from({ length: 3000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ['that repeats itself in aliases', bombOf(12)],
  ['with thousands of aliases', `a: &a 1\nb: [${'*a, '.repeat(5000)}]`],
  ['of a megabyte', `a: "${'x'.repeat(1_100_000)}"`],
  ['that is circular', circular],
  ['with a BigInt', { name: 1n }],
  ['with a function and a date', { name: () => 1, key: new Date(0) }],
])('refuses a pipeline %s', (_, source) => {
  expect(() => readPipeline({ source })).toThrow(InputError);
});

it('refuses files and values that are nested without end', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  const source = captions.replace('into: caption', 'into: caption\n      schema: { $file: a.json }');
  expect(() => readPipeline({ source, files: { 'a.json': { enum: deep as never } } })).toThrow(InputError);
  expect(() => readPipeline({ source: captions, set: { vars: { a: deep as never } } })).toThrow(InputError);
});

/** Each line has ten times the values of the one before. */
function bombOf(levels: number): string {
  const line = (level: number) => `l${level}: &l${level} [${`*l${level - 1},`.repeat(10)}]`;
  return `l0: &l0 [x]\n${Array.from({ length: levels }, (_, level) => line(level + 1)).join('\n')}`;
}
