import { execFile } from 'node:child_process';
import { access, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openCommandLine } from './support/command-line.ts';
import { partsOf, spansOf, wordsOf } from './support/document-parts.ts';
import type { DocumentPart, TableLine } from './support/document-parts.ts';
import { writeImagesFolder } from './support/images-work-folder.ts';
import { ROOT } from './support/processes.ts';
import { writeSeriesFolder } from './support/series-work-folder.ts';

/*
 * docs/from-the-scripts.md against the product: every command is run in its order, with the options of the tables added to
 * the command before the table; the files it promises must be there, and the words it promises must be said.
 */

const NOTHING = '—';

const WORKFLOWS = [
  { heading: 'Captions of the M4 time series', writeFolder: writeSeriesFolder },
  { heading: 'Captions of images, and dialogues', writeFolder: writeImagesFolder },
];

/** What somebody who comes from the scripts may look for. */
const NAMES = [
  ...['generate_m4_captions_batch.py', 'push_batch_requests.py', 'pull_batch_response.py', 'generate_m4_captions.py'],
  ...['01_generate_m4_captions_batch.py', '02_push_batch_requests.py', '03_pull_batch_response.py'],
  ...['generate_m4_captions_improved.py', 'push_pull_captions_batch_sequential.py', 'M4QADataset', 'EOS_TOKEN'],
  ...['--frequency', '--start-id', '--limit', 'START_ID', 'BATCH_SIZE', 'frequencies', 'OPENAI_API_KEY'],
  ...['temperature', 'max_tokens', 'seed', 'detail', 'figsize', 'custom_id', 'completion_window', '90,000'],
  ...['val_frac', 'test_frac', 'batch_size', 'shuffle', 'patch_size', 'pre_prompt', 'post_prompt', 'time_series_text'],
  ...['m4_caption_requests.jsonl', 'm4_series.csv', 'm4_captions.csv', 'm4_captions_Weekly_backup.json'],
  ...['send_batch_request.py', 'recover_batch_requests.py', 'split_jsonl_file', 'curl', 'requirements.txt'],
  ...[
    '--input_file',
    '--step',
    '`-c config.yaml`',
    '`-o captioned.json`',
    '`-r`',
    '`-d`',
    '--data_key',
    '--response_key',
  ],
  ...['--config', '--batch_id', '--file_id', '--output_file', 'api_key', 'is_multimodal', '`system`', '`user`'],
  ...['clean_pii', 'caption_images_cna', 'caption_images_no_removal', '`-s question`', '`-s answer`', 'article_filter'],
  ...['dialogue_history', 'dialog_history', '{context}', 'question_and_answers', 'REMOVE_IMAGE', 'mp4', 'gif', 'None'],
  ...[
    'batch_queue_log.json',
    'batch_log.json',
    'LSN',
    'batch_clean_pii_1.jsonl',
    'Missing field',
    '1,000',
    '___init__.py',
  ],
  ...['m4_captions_series.csv', 'm4_captions_series.parquet', 'temp_plot_W1.png', 'raw_data/m4', 'M4-info.csv'],
];

const document = await readFile(path.join(ROOT, 'docs/from-the-scripts.md'), 'utf8');
const parts = partsOf(document);
const lines = parts.filter((part) => part.kind === 'line');

test('the document has a line for everything that the scripts had', () => {
  const before = lines.map((line) => line.before).join('\n');
  expect(NAMES.filter((name) => !before.includes(name))).toEqual([]);
});

test('each line is tried, or says why there is nothing in its place; of those there are as many as it says', () => {
  const [tried, excused] = [lines.filter((line) => !isExcused(line)), lines.filter(isExcused)];
  expect(tried.filter((line) => triedIn(line).length === 0).map(({ before }) => before)).toEqual([]);
  expect(excused.filter(({ now, result }) => now.length < 10 || result !== '').map(({ before }) => before)).toEqual([]);
  expect(Number(/There are (\d+) of them/.exec(document)?.[1])).toBe(excused.length);
});

test.each(WORKFLOWS)('every command, option and expression does what its line says: $heading', async (workflow) => {
  await using commandLine = await openCommandLine();
  const { folder, simulator, batchmill } = commandLine;
  await symlink(path.join(ROOT, 'recipes'), path.join(folder, 'recipes'));
  await mkdir(path.join(folder, 'old'));
  await workflow.writeFolder(folder);
  const its = partsOf(sectionOf(workflow.heading));
  for (const part of its) if (part.kind === 'file') await writeFile(path.join(folder, part.name), part.text);

  const run = async (command: string): Promise<string> => {
    const { code, output } = await batchmill(...wordsOf(command).slice(1));
    expect({ command, code, errors: code === 0 ? '' : output }).toEqual({ command, code: 0, errors: '' });
    return output;
  };
  let base = '';
  for (const part of its) {
    if (part.kind === 'code' && part.language === 'sh') {
      base = part.text.trim();
      await run(base);
    }
    if (part.kind !== 'line' || part.heading === 'Gives') continue;
    for (const tried of triedIn(part)) {
      const said = await run(tried.startsWith('--') ? `${base} ${tried}` : tried);
      if (part.heading === 'Shows') expectSaid(tried, said, part);
    }
    if (part.heading === 'Writes') await expectFiles(folder, part);
  }
  expect((await simulator.meter()).rows_paid_twice).toBe(0);
  await expectExpressions(folder, its);
});

/** What stands below a heading of the second level. */
const sectionOf = (heading: string): string => {
  const [, after] = document.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`the document has no heading "${heading}"`);
  return after.split('\n## ')[0] ?? '';
};

const isExcused = ({ now }: TableLine): boolean => now.startsWith(NOTHING);

/** Commands, options or expressions of a line; other words in backticks only speak of something. */
const triedIn = (line: TableLine): string[] => {
  if (isExcused(line)) return [];
  const spans = spansOf(line.now);
  return line.heading === 'Gives' ? spans.slice(0, 1) : spans.filter((span) => /^(batchmill |--)/.test(span));
};

const expectSaid = (tried: string, said: string, { result }: TableLine): void => {
  for (const words of spansOf(result))
    expect({ tried, words, said: said.includes(words) ? words : said }).toEqual({ tried, words, said: words });
};

const expectFiles = async (folder: string, { before, result }: TableLine): Promise<void> => {
  for (const file of spansOf(result)) {
    const isThere = await access(path.join(folder, file)).then(
      () => true,
      () => false,
    );
    expect({ before, file, isThere }).toEqual({ before, file, isThere: true });
  }
};

/** Runs the TypeScript of the document, and after it each expression of its tables. */
const expectExpressions = async (folder: string, its: readonly DocumentPart[]): Promise<void> => {
  const program = its.flatMap((part) => (part.kind === 'code' && part.language === 'ts' ? [part.text] : [])).join('\n');
  const expressions = its
    .filter((part) => part.kind === 'line')
    .filter((line) => line.heading === 'Gives' && !isExcused(line));
  const told = expressions.map((line) => `console.log('= ' + JSON.stringify(await (${triedIn(line)[0]})));`);
  await mkdir(path.join(folder, 'node_modules/@batchmill'), { recursive: true });
  await symlink(path.join(ROOT, 'packages/sdk'), path.join(folder, 'node_modules/@batchmill/sdk'));
  await writeFile(path.join(folder, 'expressions.mts'), [program, ...told].join('\n'));
  const { stdout } = await promisify(execFile)(process.execPath, ['expressions.mts'], { cwd: folder });
  const given = stdout.split('\n').filter((line) => line.startsWith('= '));
  expect(expressions.map(({ before }, index) => [before, given[index]])).toEqual(
    expressions.map(({ before, result }) => [before, `= ${spansOf(result)[0]}`]),
  );
};
