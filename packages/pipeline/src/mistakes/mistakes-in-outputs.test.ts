import { expect, it } from 'vitest';
import { brokenBy, messagesOf } from './captions.ts';
import type { Mistake } from './captions.ts';

const mistakes: Mistake[] = [
  [
    'an absolute path',
    'file: captions.csv',
    'file: /tmp/captions.csv',
    '11:30: output.file: an output is never written to an absolute path (found "/tmp/captions.csv"; expected a name inside the output folder, such as "captions.csv")',
  ],
  [
    'a path out of the folder',
    'file: captions.csv',
    'file: ../captions.csv',
    '11:30: output.file: an output is never written outside of the output folder (found "../captions.csv"; expected a name inside the output folder, such as "captions.csv")',
  ],
  [
    'a file that every job writes',
    'file: captions.csv',
    'file: report.json',
    '11:30: output.file: "report.json" is already written by every job. Choose another name',
  ],
  [
    'a file that is written twice',
    '{ format: csv, file: captions.csv }',
    '[{ file: a.csv }, { file: A.csv }]',
    '11:35: output[1].file: "A.csv" is already written by output[0]. Choose another name',
  ],
  ['no file', 'format: csv, file: captions.csv', 'format: csv', '11:9: output: an output needs "file" or "dir"'],
  [
    'a folder of CSV',
    'file: captions.csv',
    'dir: captions',
    '11:24: output.dir: "dir" goes only with the format parquet. Use "file", or format: parquet',
  ],
  [
    'shares that do not add to 1',
    '{ format: csv, file: captions.csv }',
    '{ dir: qa, split: { train: 0.8, test: 0.1 } }',
    '11:20: output.split: the shares do not add to 1 (found 0.9)',
  ],
  [
    'an unknown choice of rows',
    'format: csv, file: captions.csv',
    'format: csv, file: captions.csv, rows: every',
    '11:50: output.rows: cannot be used (found "every"; expected one of ok, all)',
  ],
  [
    'columns that are a number',
    'file: captions.csv',
    'file: captions.csv, columns: 3',
    '11:53: output.columns: cannot be used (found 3; expected a list of field names, or a map of column name to field or template)',
  ],
  [
    'a split that writes what another output writes',
    '{ format: csv, file: captions.csv }',
    '[{ file: a-test.csv }, { file: a.csv, split: { train: 0.8, test: 0.2 } }]',
    '11:40: output[1].file: "a-test.csv" is already written by output[0]. Choose another name',
  ],
  [
    'a file that is a folder of another',
    '{ format: csv, file: captions.csv }',
    '[{ dir: a }, { file: a/b.csv }]',
    '11:30: output[1].file: "a/b.csv" is already written by output[0]. Choose another name',
  ],
  [
    'a folder and a file',
    'csv, file: captions.csv',
    'parquet, file: captions.csv, dir: a',
    '11:48: output.dir: an output has "file" or "dir", not both',
  ],
];

it.each(mistakes)('a mistake in an output is told with its place: %s', (_, sound, broken, message) => {
  expect(messagesOf({ source: brokenBy(sound, broken) })).toBe(`p.yaml:${message}`);
});
