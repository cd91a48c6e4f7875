import { expect, it } from 'vitest';
import { brokenBy, messagesOf } from './captions.ts';
import type { Mistake } from './captions.ts';

const mistakes: Mistake[] = [
  [
    'no name',
    `name: captions
`,
    '',
    '1:1: name: is missing (expected letters, digits, ".", "-" and "_", beginning with a letter or digit)',
  ],
  [
    'a name that is no folder name',
    'name: captions',
    'name: my captions',
    '1:7: name: cannot be used (found "my captions"; expected letters, digits, ".", "-" and "_", beginning with a letter or digit)',
  ],
  [
    'no key',
    `key: id
`,
    '',
    '1:1: key: is missing (expected a text or template)',
  ],
  [
    'no source',
    `source: { format: csv, path: rows.csv }
`,
    '',
    '1:1: source: is missing (expected a map)',
  ],
  [
    'a mistyped key, told once',
    'path: rows.csv',
    'pth: rows.csv',
    '3:24: source.pth: unknown key. Did you mean "path"? Allowed here: derive, format, from_key, ids, info, join, limit, path, wrap',
  ],
  [
    'an unknown format',
    'format: csv, path: rows.csv',
    'format: cvs, path: rows.csv',
    '3:19: source.format: cannot be used (found "cvs"; expected one of csv, json, jsonl, parquet, m4). Did you mean "csv"?',
  ],
  [
    'a format that the file name does not tell',
    'format: csv, path: rows.csv',
    'path: rows.dat',
    '3:1: source.format: is missing, and the file name "rows.dat" does not tell it (expected one of csv, json, jsonl, parquet, m4)',
  ],
  [
    'a path that is a number',
    'path: rows.csv',
    'path: 5',
    '3:30: source.path: cannot be used (found 5; expected a file name or a list of file names)',
  ],
  [
    'a limit that is no number',
    'path: rows.csv',
    'path: rows.csv, limit: many',
    '3:47: source.limit: cannot be used (found "many"; expected a number)',
  ],
  [
    'a variable of the wrong kind',
    'path: rows.csv',
    'path: rows.csv, limit: "{{ vars.model }}"',
    '3:47: source.limit: cannot be used (found "gpt-4o" from "{{ vars.model }}"; expected a number)',
  ],
  [
    'a field of a row where all rows have one value',
    'path: rows.csv',
    'path: rows.csv, limit: "{{ n }}"',
    '3:47: source.limit: a template here may use only variables, because the value is the same for all rows (found "{{ n }}"; expected "{{ vars.name }}" or a plain value)',
  ],
  [
    'a mistyped variable',
    'vars.model }}',
    'vars.modle }}',
    '8:14: steps[0].generate.model: there is no variable "modle". Did you mean "model"? Known variables: model, limit',
  ],
  [
    'an unknown variable in a prompt',
    '{{ title }}',
    '{{ title }} {{ vars.lang }}',
    '9:15: steps[0].generate.prompt: there is no variable "lang". Known variables: model, limit',
  ],
  [
    'a key that is not built yet',
    'key: id',
    `key: id
repeat: 3`,
    '5:1: repeat: unknown key. Allowed here: defaults, key, max_cost, max_invalid, name, only, output, shards, source, steps, vars',
  ],
  [
    'a share above 1',
    'key: id',
    `key: id
max_invalid: 5`,
    '5:14: max_invalid: cannot be used (found 5; expected a share of the rows, such as 5% or 0.05)',
  ],
  [
    'a budget of nothing',
    'key: id',
    `key: id
max_cost: 0`,
    '5:11: max_cost: cannot be used (found 0; expected a number of more than 0)',
  ],
  [
    'a shard size in words',
    'key: id',
    `key: id
shards: { rows: many }`,
    '5:17: shards.rows: cannot be used (found "many"; expected "auto" or a whole number from 1)',
  ],
  [
    'a key made of itself',
    'key: id',
    'key: "{{ _key }}"',
    '4:6: key: uses a name that has no value yet (found "{{ _key }}"; expected fields of the source, or _line)',
  ],
];

it.each(mistakes)('a mistake in the settings of the whole is told with its place: %s', (_, sound, broken, message) => {
  expect(messagesOf({ source: brokenBy(sound, broken) })).toBe(`p.yaml:${message}`);
});
