import { expect, it } from 'vitest';
import { brokenBy, messagesOf } from './captions.ts';
import type { Mistake } from './captions.ts';

const SOURCE = 'source: { format: csv, path: rows.csv }';
const OUTPUT = 'output: { format: csv, file: captions.csv }';
const GENERATE = `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`;
const PROMPT = '      prompt: Describe {{ title }}.';

const joined = (title: string, join: string, message: string): Mistake => [
  title,
  SOURCE,
  `source: { path: rows.csv, join: ${join} }`,
  message,
];
const normalized = (title: string, options: string, message: string): Mistake => [
  title,
  GENERATE,
  `    transform: { normalize: ${options} }`,
  message,
];
const written = (title: string, output: string, message: string): Mistake => [title, OUTPUT, output, message];
const plotted = (title: string, plot: string, message: string): Mistake => [
  title,
  PROMPT,
  `      image: { plot: ${plot} }`,
  message,
];

const mistakes: Mistake[] = [
  joined(
    'a join without a key',
    '{ path: b.csv }',
    '3:27: source.join.key: is missing (expected a field of that file)',
  ),
  joined(
    'a join of a file whose format is not told',
    '{ path: b.txt, key: id }',
    '3:27: source.join.format: is missing, and the file name "b.txt" does not tell it (expected one of csv, json, jsonl, parquet, m4)',
  ),
  joined(
    'a join of a packed file',
    '{ path: b.csv.gz, key: id }',
    '3:27: source.join.format: is missing, and the file name "b.csv.gz" does not tell it (expected one of csv, json, jsonl, parquet, m4). Compressed files are not read: unpack it first, for example with gunzip',
  ),
  joined(
    'a join of a pattern',
    '{ path: "b-*.csv", key: id }',
    '3:41: source.join.path: a pattern cannot be used here (found "b-*.csv"; expected the name of each file)',
  ),
  joined(
    'a join by the key that is made later',
    '{ path: b.csv, key: id, on: _key }',
    '3:61: source.join.on: uses a name that has no value yet (found "_key"; expected fields of the source, or _line)',
  ),
  joined(
    'a join with a mistyped key',
    '{ path: b.csv, kye: id }',
    '3:48: source.join.kye: unknown key. Did you mean "key"? Allowed here: fields, format, key, missing, on, path',
  ),
  joined(
    'a field that two joins give',
    '[{ path: b.csv, key: id, fields: [x] }, { path: c.csv, key: id, fields: { x: y } }]',
    '3:97: source.join[1].fields: "x" is already joined by source.join[0]. Give it another name, for example { x_2: x }',
  ),
  joined(
    'a joined field with a reserved name',
    '{ path: b.csv, key: id, fields: { _key: x } }',
    '3:67: source.join.fields._key: the name "_key" is reserved. Choose another name; reserved are vars, _key, _line, _n, _parent',
  ),
  joined(
    'a wrong way with rows that are not found',
    '{ path: b.csv, key: id, missing: drop }',
    '3:66: source.join.missing: cannot be used (found "drop"; expected one of null, reject)',
  ),
  [
    'a table of series beside another format',
    SOURCE,
    'source: { path: rows.csv, info: M4-info.csv }',
    '3:27: source.info: "info" goes only with the format m4. Join another file with "join"',
  ],
  [
    'ids that are no list',
    SOURCE,
    'source: { path: rows.csv, ids: W1 }',
    '3:32: source.ids: cannot be used (found "W1"; expected a list of row keys)',
  ],
  [
    'a mode that is none',
    '      into: caption',
    '      into: caption\n      mode: slow',
    '11:13: steps[0].generate.mode: cannot be used (found "slow"; expected one of batch, live)',
  ],
  normalized(
    'normalize without a field',
    '{ method: zscore }',
    '7:18: steps[0].transform.normalize.field: is missing (expected a field name or a list of field names)',
  ),
  normalized(
    'normalize by an unknown method',
    '{ field: s, method: z-score }',
    '7:49: steps[0].transform.normalize.method: cannot be used (found "z-score"; expected one of zscore, minmax, none). Did you mean "zscore"?',
  ),
  normalized(
    'extremes cut in two ways',
    '{ field: s, clip: { sigma: 3 }, winsorize: { quantile: 0.01 } }',
    '7:61: steps[0].transform.normalize.winsorize: extreme values are either clipped or winsorized, not both. Keep one of them, or make two steps of it',
  ),
  normalized(
    'quantiles the wrong way round',
    '{ field: s, clip: { quantile: [0.9, 0.1] } }',
    '7:59: steps[0].transform.normalize.clip.quantile: the low quantile must be below the high one (found [0.9,0.1]; expected [0.01, 0.99])',
  ),
  normalized(
    'one new field for two lists',
    '{ field: [a, b], into: z }',
    '7:52: steps[0].transform.normalize.into: one new field cannot take several lists (found "z"; expected a map of new field to field, for example { a_z: a })',
  ),
  normalized(
    'a new field for what is not normalized',
    '{ field: [a, b], into: { x: a, y: c } }',
    '7:63: steps[0].transform.normalize.into.y: is no field that is normalized here (found "c"; expected one of a, b)',
  ),
  normalized(
    'a list without a new field',
    '{ field: [a, b], into: { x: a } }',
    '7:46: steps[0].transform.normalize.into: no new field takes b. Add a new field for it, or take it out of "field"',
  ),
  plotted(
    'a plot of two kinds',
    '{ field: a, fields: [b] }',
    '9:22: steps[0].generate.image.plot: a plot needs exactly one of "field" and "fields" (found field, fields)',
  ),
  plotted(
    'a plot that is too small',
    '{ field: a, width: 5 }',
    '9:41: steps[0].generate.image.plot.width: cannot be used (found 5; expected a number of at least 100)',
  ),
  plotted(
    'a template where a plot names a field',
    '{ fields: [a, "{{ b }}"] }',
    '9:36: steps[0].generate.image.plot.fields[1]: a template here may use only variables, because the value is the same for all rows (found "{{ b }}"; expected "{{ vars.name }}" or a plain value)',
  ),
  written(
    'a wrong split method',
    'output: { file: a.csv, split: { train: 0.5, test: 0.5, method: numpy } }',
    '11:64: output.split.method: cannot be used (found "numpy"; expected one of hash, sklearn, huggingface)',
  ),
  written(
    'questions and answers beside columns',
    'output: { dir: qa, columns: [a], qa: { series: s, answer: a } }',
    '11:34: output.qa: "qa" and "columns" both name the columns. Keep one of them, or make two outputs',
  ),
  written(
    'questions without answers',
    'output: { dir: qa, qa: { series: s } }',
    '11:20: output.qa.answer: is missing (expected a field or a template)',
  ),
  written(
    'a card without a folder',
    'output: { file: a.csv, card: { license: mit } }',
    '11:24: output.card: a dataset card is written into a folder. Use "dir" instead of "file"',
  ),
];

it.each(mistakes)('a mistake about time series is told with its place: %s', (_, sound, broken, message) => {
  expect(messagesOf({ source: brokenBy(sound, broken) })).toBe(`p.yaml:${message}`);
});
