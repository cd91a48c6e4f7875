import { MOVIES, PIPELINE, pipelineWith } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';

const SECRET = 'sk-proj-Abcdefghijklmnopqrstuvwxyz0123456789ABCD';

export const pipelineFileCases: BadInput[] = [
  {
    title: 'The pipeline file is not there',
    command: ['run', 'movie.yaml', '--provider', 'simulator'],
    exitCode: 2,
    says: ['movie.yaml', 'no such file'],
  },
  {
    title: 'A folder instead of the pipeline file',
    command: ['run', '.', '--provider', 'simulator'],
    exitCode: 2,
    says: ['folder', 'pipeline file'],
  },
  {
    title: 'The pipeline file is empty',
    files: { 'pipeline.yaml': '' },
    exitCode: 2,
    says: ['pipeline.yaml', 'empty'],
  },
  {
    title: 'The data instead of the pipeline file',
    command: ['run', 'movies.csv', '--provider', 'simulator'],
    exitCode: 2,
    says: ['movies.csv', 'batchmill new'],
  },
  {
    title: 'The pipeline file is binary',
    files: { 'pipeline.yaml': Uint8Array.from({ length: 300 }, (_, index) => (index * 37) % 256) },
    exitCode: 2,
    says: ['pipeline.yaml'],
  },
  {
    title: 'A bracket in the YAML is never closed',
    files: pipelineWith('{ path: movies.csv }', '{ path: movies.csv'),
    exitCode: 2,
    says: [/pipeline\.yaml:\d+:\d+/, 'closed'],
    corrected: { 'pipeline.yaml': PIPELINE },
  },
  {
    title: 'A tab indents the YAML',
    files: pipelineWith('    generate:', '\tgenerate:'),
    exitCode: 2,
    says: ['pipeline.yaml:7:1', 'spaces'],
  },
  {
    title: 'A template without quotes in YAML',
    files: pipelineWith('key: id', 'key: {{ id }}'),
    exitCode: 2,
    says: ['pipeline.yaml:3:7', 'quotes'],
  },
  {
    title: 'A template without quotes inside of { }',
    files: pipelineWith('summaries.csv', 'by-{{ title }}.csv'),
    exitCode: 2,
    says: ['pipeline.yaml:8:20', 'quotes'],
  },
  {
    title: 'A JSON pipeline with a comma too many',
    files: { 'pipeline.json': '{\n  "name": "movies",\n  "source": { "path": "movies.csv", },,\n}\n' },
    command: ['run', 'pipeline.json', '--provider', 'simulator'],
    exitCode: 2,
    says: [/pipeline\.json:3:\d+/, 'comma'],
  },
  {
    title: 'A key is written twice in the pipeline',
    files: pipelineWith('key: id\n', 'key: id\nkey: title\n'),
    exitCode: 2,
    says: ['pipeline.yaml:4:1', 'line 3'],
  },
  {
    title: 'An unknown key',
    files: pipelineWith('{ model: gpt-4o-mini }', '{ modle: gpt-4o-mini }'),
    exitCode: 2,
    says: ['pipeline.yaml:4:13', 'defaults.modle', 'Did you mean "model"?'],
    corrected: { 'pipeline.yaml': PIPELINE },
  },
  {
    title: 'A text where a number belongs',
    files: pipelineWith('{ path: movies.csv }', '{ path: movies.csv, limit: ten }'),
    exitCode: 2,
    says: ['pipeline.yaml:2', 'source.limit', '"ten"', 'number'],
  },
  {
    title: 'A share above the whole',
    files: pipelineWith('key: id\n', 'key: id\nmax_invalid: 200%\n'),
    exitCode: 2,
    says: ['pipeline.yaml:4', 'max_invalid', '200%'],
  },
  {
    title: 'Two steps with the same id',
    files: pipelineWith(
      'output:',
      '  - id: summarize\n    generate: { prompt: "Shorten {{ summary }}", into: short }\noutput:',
    ),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'summarize', 'steps[0]'],
  },
  {
    title: 'No model',
    files: pipelineWith('defaults: { model: gpt-4o-mini }\n', ''),
    exitCode: 2,
    says: ['steps[0].generate', 'model', 'gpt-4o-mini'],
  },
  {
    title: 'An unknown provider',
    command: ['run', 'pipeline.yaml', '--provider', 'opnai'],
    exitCode: 2,
    says: ['opnai', 'openai', 'simulator'],
  },
  {
    title: 'A key of the provider in the file',
    files: pipelineWith('{ model: gpt-4o-mini }', `{ model: gpt-4o-mini, params: { api_key: ${SECRET} } }`),
    exitCode: 2,
    says: ['pipeline.yaml:4', 'OPENAI_API_KEY'],
    hides: [SECRET, SECRET.slice(0, 20)],
  },
  {
    title: 'A template that is none',
    files: pipelineWith('{{ title }}', '{{ title }'),
    exitCode: 2,
    says: ['pipeline.yaml:7', 'steps[0].generate.prompt', '}}'],
  },
  {
    title: 'An unknown filter in a template',
    files: pipelineWith('{{ title }}', '{{ title | upercase }}'),
    exitCode: 2,
    says: ['pipeline.yaml:7', 'upercase', 'upcase'],
  },
  {
    title: 'An unknown variable in a template',
    files: {
      'pipeline.yaml': `vars: { language: English }\n${PIPELINE.replace('{{ title }}', '{{ title }} in {{ vars.langage }}')}`,
    },
    exitCode: 2,
    says: ['pipeline.yaml:8', 'langage', 'language'],
  },
  {
    title: 'A condition that is none',
    files: pipelineWith('- id: summarize\n', '- id: summarize\n    when: title ==\n'),
    exitCode: 2,
    says: ['pipeline.yaml:7', 'steps[0].when'],
  },
  {
    title: 'A schema that is no JSON Schema',
    files: pipelineWith('into: summary', 'schema: { type: objekt }, into: { summary: text }'),
    exitCode: 2,
    says: ['pipeline.yaml:7', 'schema', 'object'],
  },
  {
    title: 'A schema file that is not there',
    files: pipelineWith('into: summary', 'schema: { $file: answer.json }, into: { summary: text }'),
    exitCode: 2,
    says: ['answer.json', 'no such file'],
  },
  {
    title: 'A schema file that is no JSON',
    files: {
      ...pipelineWith('into: summary', 'schema: { $file: answer.json }, into: { summary: text }'),
      'answer.json': '{\n  "type": "object",\n  "properties": {\n}\n',
    },
    exitCode: 2,
    says: [/answer\.json:\d/],
  },
  {
    title: 'Shares of a split that do not add to 1',
    files: pipelineWith('{ file: summaries.csv }', '{ file: summaries.csv, split: { train: 0.8, test: 0.3 } }'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'output.split', '1.1', 'add'],
  },
  {
    title: 'An output outside of the output folder',
    files: pipelineWith('summaries.csv', '../summaries.csv'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'output.file', 'inside the output folder'],
  },
  {
    title: 'Two outputs in the same file',
    files: pipelineWith('{ file: summaries.csv }', '[{ file: a.csv }, { file: a.csv, rows: all }]'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'a.csv'],
  },
  {
    title: 'An output in a format that is not written',
    files: pipelineWith('summaries.csv', 'summaries.xlsx'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'output', 'csv, json, jsonl, parquet'],
  },
  {
    title: 'A column that no step and no source can have',
    files: pipelineWith('{ file: summaries.csv }', '{ file: summaries.csv, columns: [id, sumary] }'),
    exitCode: 2,
    says: ['output.columns', 'sumary', 'Did you mean "summary"?'],
    corrected: { 'pipeline.yaml': PIPELINE },
  },
  {
    title: 'A field in the name of an output that no row has',
    files: pipelineWith('summaries.csv', '"by-{{ year }}.csv"'),
    exitCode: 2,
    says: ['output.file', '"year"', 'id, title'],
  },
  {
    title: 'Many mistakes at once',
    files: {
      'pipeline.yaml': PIPELINE.replace('name: movies', 'name: my movies')
        .replace('key: id', 'kee: id')
        .replace('into: summary', 'into: _key')
        .replace('summaries.csv', '/tmp/summaries.csv'),
    },
    exitCode: 2,
    says: ['pipeline.yaml:1', 'pipeline.yaml:3', 'pipeline.yaml:7', 'pipeline.yaml:8'],
    corrected: { 'pipeline.yaml': PIPELINE },
  },
  {
    title: '`--set` with a place that is not there',
    options: ['--set', 'steps.sumarize.generate.model=gpt-4o'],
    exitCode: 2,
    says: ['--set', 'steps.sumarize', 'summarize'],
  },
  {
    title: '`--set` with a value that cannot be',
    options: ['--set', 'steps.summarize.generate.retry.attempts=many'],
    exitCode: 2,
    says: ['--set: steps[0].generate.retry.attempts', '"many"', 'number'],
  },
  {
    title: '`--var` with a name that is no variable',
    options: ['--var', 'language=French'],
    exitCode: 2,
    says: ['--var', 'language'],
  },
  {
    title: '`--var` without a value',
    options: ['--var', 'language'],
    exitCode: 2,
    says: ['--var', 'name=value'],
  },
  {
    title: '`--key` with a field that no row has',
    options: ['--key', 'imdb'],
    exitCode: 2,
    says: ['movies.csv', 'imdb'],
  },
  {
    title: '`--from-key` with a key that no row has',
    options: ['--from-key', '17'],
    exitCode: 2,
    says: ['17', '--from-key'],
  },
  {
    title: 'A field in a template that no row has',
    files: { ...pipelineWith('{{ title }}', '{{ titel }}'), 'movies.csv': MOVIES },
    exitCode: 2,
    says: ['titel', 'title', '3 of 3 rows'],
    corrected: { 'pipeline.yaml': PIPELINE },
  },
];
