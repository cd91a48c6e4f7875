import { gzipSync } from 'node:zlib';
import { MOVIES, PIPELINE, pipelineWith, reading } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';

const MANY = Array.from({ length: 400 }, (_, index) => `${index},Film ${index}\n`).join('');

/** CSV, and what can stand in a file that should be text. */
export const csvCases: BadInput[] = [
  {
    title: 'The file is not there',
    files: pipelineWith('movies.csv', 'films.csv'),
    exitCode: 2,
    says: ['films.csv', 'no such file', 'pipeline.yaml'],
    corrected: { 'films.csv': MOVIES },
  },
  {
    title: 'A folder instead of a file',
    files: { ...pipelineWith('movies.csv', 'data'), 'data/movies.csv': MOVIES },
    exitCode: 2,
    says: ['data', 'folder'],
  },
  {
    title: '`--input` with a folder',
    files: { 'data/movies.csv': MOVIES },
    options: ['--input', 'data'],
    exitCode: 2,
    says: ['data', 'folder'],
  },
  {
    title: 'The file is empty',
    files: { 'movies.csv': '' },
    exitCode: 2,
    says: ['movies.csv', 'empty'],
    corrected: { 'movies.csv': MOVIES },
  },
  {
    title: 'Only a header, no rows (ends well, and says so)',
    files: { 'movies.csv': 'id,title\n' },
    exitCode: 0,
    delivers: true,
    says: ['no rows'],
  },
  {
    title: 'A quote that is never closed',
    files: { 'movies.csv': 'id,title\n1,Alien\n2,"Brazil\n3,Clue\n' },
    exitCode: 2,
    says: ['movies.csv:3', 'quotes'],
    corrected: { 'movies.csv': MOVIES },
  },
  {
    title: 'A quote inside a cell',
    files: { 'movies.csv': 'id,title\n1,Alien\n2,A 5" disk of "Brazil"\n3,Clue\n' },
    exitCode: 2,
    says: ['movies.csv:3', '1 of 3 rows', 'quotes'],
  },
  {
    title: 'A row with more cells than the header',
    files: { 'movies.csv': 'id,title\n1,Alien\n2,Crouching Tiger, Hidden Dragon\n3,Clue\n' },
    exitCode: 2,
    says: ['movies.csv:3', 'found 3', 'expected 2', 'quotes'],
  },
  {
    title: 'The same with one row of 400 (below `max_invalid`: the row is rejected)',
    files: { 'movies.csv': `id,title\n${MANY}x,Crouching Tiger, Hidden Dragon\n` },
    exitCode: 3,
    delivers: true,
    says: ['400 of 401 rows ok', 'rejects.jsonl'],
  },
  {
    title: 'Two columns with the same name',
    files: { 'movies.csv': 'id,title,title\n1,Alien,A\n' },
    exitCode: 2,
    says: ['movies.csv:1', '"title"', 'columns 2 and 3'],
  },
  {
    title: 'Keys that stand twice',
    files: { 'movies.csv': 'id,title\n1,Alien\n2,Brazil\n1,Clue\n2,Dune\n' },
    exitCode: 2,
    says: ['movies.csv:4', 'line 2', 'movies.csv:5', 'line 3', 'key'],
    corrected: { 'movies.csv': MOVIES },
  },
  {
    title: 'A row without a key',
    files: { 'movies.csv': 'id,title\n1,Alien\n,Brazil\n3,Clue\n' },
    exitCode: 2,
    says: ['movies.csv:3', 'key is empty'],
  },
  {
    title: 'Too many rows without a field that is needed',
    files: reading('movies.jsonl', '{"id":1,"title":"Alien"}\n{"id":2}\n{"id":3}\n'),
    exitCode: 2,
    says: ['2 of 3 rows', '"title"', 'line 2', 'max_invalid'],
    corrected: { 'movies.jsonl': '{"id":1,"title":"Alien"}\n' },
  },
  {
    title: 'UTF-16',
    files: { 'movies.csv': Buffer.from(`\uFEFF${MOVIES}`, 'utf16le') },
    exitCode: 2,
    says: ['movies.csv', 'UTF-16', 'iconv'],
    corrected: { 'movies.csv': MOVIES },
  },
  {
    title: 'Bytes that are no UTF-8',
    files: { 'movies.csv': Buffer.from('id,title\n1,Alien\n2,Am\u00E9lie\n', 'latin1') },
    exitCode: 2,
    says: ['movies.csv:3', '0xe9', 'iconv'],
  },
  {
    title: 'A binary file',
    files: { 'movies.csv': Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 251) },
    exitCode: 2,
    says: ['movies.csv:1', 'binary', 'NUL'],
  },
  {
    title: 'A gzip file called .csv',
    files: { 'movies.csv': gzipSync(MOVIES) },
    exitCode: 2,
    says: ['movies.csv', 'gzip', 'gunzip'],
    corrected: { 'movies.csv': MOVIES },
  },
  {
    title: 'A gzip file called .csv.gz',
    files: reading('movies.csv.gz', gzipSync(MOVIES)),
    exitCode: 2,
    says: ['movies.csv.gz', 'gunzip'],
  },
  {
    title: 'A spreadsheet',
    files: reading('movies.xlsx', Buffer.from('PK\u0003\u0004 a zip archive')),
    exitCode: 2,
    says: ['movies.xlsx', 'CSV'],
  },
  {
    title: 'A byte order mark and CRLF (works)',
    files: { 'movies.csv': `\uFEFF${MOVIES.replaceAll('\n', '\r\n')}` },
    exitCode: 0,
    delivers: true,
    says: ['3 rows, all ok'],
  },
  {
    title: 'A row of 20 MB (works)',
    files: { 'movies.csv': `${MOVIES}4,${'x'.repeat(20_000_000)}\n` },
    exitCode: 0,
    delivers: true,
    says: ['4 rows, all ok'],
  },
  {
    title: 'A row above the largest record',
    files: { 'movies.csv': `${MOVIES}4,${'x'.repeat(70_000_000)}\n` },
    exitCode: 2,
    says: ['movies.csv:5', 'MiB'],
  },
];

/** JSON, JSONL, Parquet, M4. */
export const otherFormatCases: BadInput[] = [
  {
    title: 'A line of JSONL that is no JSON',
    files: reading('movies.jsonl', '{"id":1,"title":"Alien"}\n{"id":2,"title":\n{"id":3,"title":"Clue"}\n'),
    exitCode: 2,
    says: ['movies.jsonl:2', 'JSON'],
    corrected: { 'movies.jsonl': '{"id":1,"title":"Alien"}\n' },
  },
  {
    title: 'Lines of JSONL that are no objects',
    files: reading('movies.jsonl', '["Alien"]\n["Brazil"]\n'),
    exitCode: 2,
    says: ['movies.jsonl:1', 'wrap'],
  },
  {
    title: 'A comma too many in a JSON array',
    files: reading('movies.json', '[\n  {"id":1,"title":"Alien"},\n  {"id":2,"title":"Brazil",}\n]\n'),
    exitCode: 2,
    says: ['movies.json:3', 'element 2'],
  },
  {
    title: 'A JSON file that ends too soon',
    files: reading('movies.json', '[\n  {"id":1,"title":"Alien"},\n  {"id":2,"ti'),
    exitCode: 2,
    says: ['movies.json:3', 'ends', 'element 1'],
  },
  {
    title: 'An object instead of a JSON array',
    files: reading('movies.json', '{"movies":[{"id":1,"title":"Alien"}]}\n'),
    exitCode: 2,
    says: ['movies.json:1', 'array', 'jq'],
  },
  {
    title: 'JSON lines in a file called .json',
    files: reading('movies.json', '{"id":1,"title":"Alien"}\n{"id":2,"title":"Brazil"}\n'),
    exitCode: 2,
    says: ['movies.json:1', 'jsonl'],
  },
  {
    title: 'A Parquet file that ends too soon',
    files: reading('movies.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(2000, 1)])),
    exitCode: 2,
    says: ['movies.parquet', 'PAR1', 'again'],
  },
  {
    title: 'CSV in a file called .parquet',
    files: reading('movies.parquet', MOVIES),
    exitCode: 2,
    says: ['movies.parquet', 'Parquet', 'csv'],
  },
  {
    title: 'Parquet in a file called .csv',
    files: { 'movies.csv': Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(2000, 1), Buffer.from('PAR1')]) },
    exitCode: 2,
    says: ['movies.csv', 'parquet'],
  },
  {
    title: 'A word among the numbers of M4 rows',
    files: {
      'pipeline.yaml': PIPELINE.replace(
        '{ path: movies.csv }\nkey: id',
        '{ path: series.csv, format: m4 }\nkey: series_id',
      ).replace('{{ title }}', '{{ series | json }}'),
      'series.csv': '"V1","V2","V3"\n"Q1","1","2"\n"Q2","three","4"\n',
    },
    exitCode: 2,
    says: ['series.csv:3', 'three'],
  },
];
