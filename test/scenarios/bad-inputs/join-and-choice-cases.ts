import { pipelineWith } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';

const RATINGS = 'film,stars\n1,4\n2,5\n3,3\n';
const JOIN = 'join: { path: ratings.csv, key: film, on: id }';

/** The good pipeline with a file of ratings joined to its films, but for what is wrong with either. */
const joining = (ratings: string | null, join = JOIN): Record<string, string | null> => ({
  ...pipelineWith('{ path: movies.csv }', `{ path: movies.csv, ${join} }`),
  'ratings.csv': ratings,
});

/** Films as series, in files of the M4 competition. */
const series = (files: Record<string, string>, more = ''): Record<string, string> => ({
  ...pipelineWith(
    '{ path: movies.csv }\nkey: id',
    `{ format: m4, path: [${Object.keys(files).join(', ')}]${more} }\nkey: series_id`,
  ),
  ...files,
});
const WEEKLY = 'V1,V2,V3\nW1,1,2\nW2,3,4\n';

/** Other files joined to the rows. */
export const joinCases: BadInput[] = [
  {
    title: 'The joined file is not there',
    files: joining(null),
    exitCode: 2,
    says: ['ratings.csv', 'no such file', 'pipeline.yaml'],
    corrected: { 'ratings.csv': RATINGS },
  },
  {
    title: 'A join that does not say by what',
    files: joining(RATINGS, 'join: { path: ratings.csv, on: id }'),
    exitCode: 2,
    says: ['pipeline.yaml:2', 'source.join.key', 'a field of that file'],
    corrected: joining(RATINGS) as Record<string, string>,
  },
  {
    title: 'A mistyped way with rows that are not found',
    files: joining(RATINGS, 'join: { path: ratings.csv, key: film, on: id, missing: rejct }'),
    exitCode: 2,
    says: ['pipeline.yaml:2', 'source.join.missing', 'Did you mean "reject"?'],
  },
  {
    title: 'The joined file lacks the key and a wanted field',
    files: joining('movie,stars\n1,4\n', 'join: { path: ratings.csv, key: film, on: id, fields: [rating] }'),
    exitCode: 2,
    says: ['ratings.csv', 'no field "film"', 'no field "rating"', 'movie, stars'],
  },
  {
    title: 'Keys that stand twice in the joined file, and one that is empty',
    files: joining('film,stars\n1,4\n2,5\n1,3\n,2\n'),
    exitCode: 2,
    says: ['ratings.csv:4', 'line 2', 'ratings.csv:5', 'no "film" to be joined by'],
    corrected: { 'ratings.csv': RATINGS },
  },
  {
    title: 'A joined field that the rows have already',
    files: joining('film,title\n1,Aliens\n2,Brazil\n3,Clue\n'),
    exitCode: 2,
    says: ['movies.csv:2', '"title"', 'other_title'],
    corrected: { 'ratings.csv': RATINGS },
  },
  {
    title: 'Rows that the joined file does not know, and that it must know',
    files: joining('film,stars\n1,4\n', `${JOIN.slice(0, -2)}, missing: reject }`),
    exitCode: 2,
    says: ['movies.csv:3', '2 of 3 rows', 'no record with the key `2`'],
    corrected: { 'ratings.csv': RATINGS },
  },
  {
    title: 'The keys of the joined file look different',
    files: {
      ...joining('film,stars\nfilm-1,4\nfilm-2,5\n'),
      ...pipelineWith(
        '{ path: movies.csv }\nkey: id\ndefaults: { model: gpt-4o-mini }\nsteps:\n  - id: summarize\n    generate: { prompt: "Summarize {{ title }}"',
        `{ path: movies.csv, ${JOIN} }\nkey: id\ndefaults: { model: gpt-4o-mini }\nsteps:\n  - id: summarize\n    generate: { prompt: "{{ title }} has {{ stars }} stars"`,
      ),
    },
    exitCode: 2,
    says: ['field "stars" is missing in 3 of 3 rows', 'ratings.csv knows none of the rows', '`on` of the join'],
    corrected: { 'ratings.csv': RATINGS },
  },
];

/** Which rows are taken, how they are asked and divided. */
export const choiceCases: BadInput[] = [
  {
    title: 'Ids that are not in the data',
    options: ['--ids', '2,17,film-3'],
    exitCode: 2,
    says: ['2 of the ids are not in the source', '17, film-3', '_key'],
  },
  {
    title: 'A file of ids that is not there',
    options: ['--ids', '@ids.txt'],
    exitCode: 2,
    says: ['ids.txt', 'no such file', '--ids @FILE'],
    corrected: { 'ids.txt': '1\n3\n' },
  },
  {
    title: 'A file of ids that is empty',
    files: { 'ids.txt': '\n' },
    options: ['--ids', '@ids.txt'],
    exitCode: 2,
    says: ['--ids "@ids.txt" names no row', 'a key on each line'],
    corrected: { 'ids.txt': '2' },
  },
  {
    title: 'An id that stands in two files of series',
    files: series({ 'Weekly-train.csv': WEEKLY, 'Weekly-test.csv': 'V1,V2\nW3,1\nW2,2\n' }),
    exitCode: 2,
    says: ['Weekly-test.csv:3', 'line 3 of Weekly-train.csv', 'title'],
  },
  {
    title: '`info` for files that hold no series',
    files: pipelineWith('{ path: movies.csv }', '{ path: movies.csv, info: M4-info.csv }'),
    exitCode: 2,
    says: ['pipeline.yaml:2', '"info" goes only with the format m4', '"join"'],
  },
  {
    title: 'A mode that there is not',
    options: ['--mode', 'realtime'],
    exitCode: 2,
    says: ['--mode', 'realtime', 'batch, live'],
  },
  {
    title: 'A way of splitting that there is not',
    files: pipelineWith('summaries.csv }', 'summaries.csv, split: { train: 0.5, test: 0.5, method: sklern } }'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'output.split.method', 'Did you mean "sklearn"?'],
  },
  {
    title: 'Questions and answers beside `columns`, and a card without a folder',
    files: pipelineWith('summaries.csv }', 'summaries.csv, columns: [title], qa: { series: s }, card: {} }'),
    exitCode: 2,
    says: ['pipeline.yaml:8', 'output.qa.answer', '"qa" and "columns"', 'Use "dir"'],
  },
  {
    title: 'Extreme values cut in two ways, into a field for two lists',
    files: pipelineWith(
      '  - id: summarize',
      '  - id: scale\n    transform: { normalize: { field: [a, b], clip: { sigma: 3 }, winsorize: { quantile: 0.9 }, into: z } }\n  - id: summarize',
    ),
    exitCode: 2,
    says: ['pipeline.yaml:7', 'winsorize.quantile', 'not both', 'one new field cannot take several lists'],
  },
];
