import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openCommandLine } from './support/command-line.ts';
import { readReport } from './support/data-files.ts';
import { ROOT } from './support/processes.ts';

const PIPELINE = path.join(ROOT, 'recipes/image-dialogues/pipeline.yaml');

type Row = {
  caption: string | null;
  cleaned_caption?: string;
  question_and_answers: Record<string, string>;
  dialogue_history: string;
  dialogue_complete: boolean;
  filter_results?: { relevance_score: number };
};

test('the recipe makes dialogues of its sample, and a later run asks only for the turn that is new', async () => {
  await using commandLine = await openCommandLine();
  const { at, batchmill, simulator } = commandLine;
  const rowsOf = async (file: string) => JSON.parse(await readFile(at(file), 'utf8')) as Row[];
  const command = ['run', PIPELINE, '--provider', 'simulator', '--out'];

  const run = await batchmill(...command, 'dialogues');
  expect(run.code, run.output).toBe(0);
  const rows = await rowsOf('dialogues/images.json');
  const sample = JSON.parse(await readFile(path.join(path.dirname(PIPELINE), 'sample/images.json'), 'utf8')) as Row[];
  expect(rows.length).toBe(sample.length);
  for (const [index, row] of rows.entries()) {
    expect(row).toMatchObject({ ...sample[index], dialogue_complete: true });
    expect(row).not.toHaveProperty('dialogue');
    expect(Object.keys(row.question_and_answers)).toEqual(turns(3));
    expect(row.dialogue_history).toBe(asText(row.question_and_answers));
    // neither an empty caption nor an unknown one is asked about, and none becomes the word null
    expect(row.cleaned_caption === undefined).toBe(row.caption === null || row.caption === '');
    expect(JSON.stringify(row)).not.toMatch(/"(null|None|undefined)"/);
  }
  expect(rows.filter((row) => row.filter_results !== undefined)).toHaveLength(7);
  for (const { filter_results: judged } of rows) {
    if (judged !== undefined) expect([1, 2, 3, 4, 5]).toContain(judged.relevance_score);
  }
  const paid = (await simulator.meter()).rows_paid ?? 0;

  const longer = ['--step', 'dialogue', '--input', at('dialogues/images.json'), '--in-place', '--var', 'rounds=4'];
  const grown = await batchmill(...command, 'longer', ...longer);
  expect(grown.code, grown.output).toBe(0);
  const after = await rowsOf('dialogues/images.json');
  for (const [index, row] of after.entries()) {
    const { question_and_answers: before, dialogue_history: _history, ...others } = rows[index] ?? ({} as Row);
    expect(row).toMatchObject({ ...others, question_and_answers: before });
    expect(row).not.toHaveProperty('dialogue');
    expect(Object.keys(row.question_and_answers)).toEqual(turns(4));
    expect(row.dialogue_history).toBe(asText(row.question_and_answers));
  }
  expect(((await simulator.meter()).rows_paid ?? 0) - paid).toBe(2 * rows.length);
  expect((await readReport(at('longer'))).steps.map(({ outcomes }) => outcomes)).toEqual([
    ...Array.from({ length: 6 }, () => ({ skipped: rows.length })),
    ...Array.from({ length: 2 }, () => ({ ok: rows.length })),
  ]);
});

const turns = (count: number): string[] =>
  Array.from({ length: count }, (_, turn) => [`question_${turn}`, `answer_${turn}`]).flat();

const asText = (dialogue: Record<string, string>): string =>
  Object.entries(dialogue)
    .map(([name, text]) => `${name}: ${text}\n`)
    .join('');
