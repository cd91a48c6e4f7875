import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Fields } from '@batchmill/contracts';
import { readSource } from '@batchmill/dataset';
import { expect, test } from 'vitest';
import { readReport } from './support/data-files.ts';
import { batchmill } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const FREQUENCIES = ['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'];
const EACH = 20;

/** Without these nobody outside this machine can be asked. */
const NO_KEY = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined, BATCHMILL_SIMULATOR_URL: undefined };

const SERIES = `name: m4-series
source:
  format: m4
  path: [${FREQUENCIES.map((name) => `${name}-train.csv`).join(', ')}]
  info: M4-info.csv
key: "series-{{ series_id }}"
steps:
  - id: normalize
    transform: { normalize: { field: series, missing: interpolate, into: z } }
output:
  - { file: m4_series.csv, columns: { id: _key, series: z, frequency: frequency, category: category } }
`;

const QUESTIONS = `name: m4-qa
source:
  path: m4_captions.csv
  join: { path: out/m4_series.csv, key: id, missing: reject }
  derive: { values: "{{ series | from_json }}" }
key: id
max_invalid: 10%
steps: []
output:
  dir: qa
  qa:
    series: values
    answer: caption
    time_series_text: "A {{ frequency }} series of {{ values | size }} points:"
    eos: "<|end|> "
  split: { train: 0.8, validation: 0.1, test: 0.1, seed: 42 }
`;

type Question = {
  id: string;
  pre_prompt: string;
  time_series: number[][];
  time_series_text: string[];
  post_prompt: string;
  answer: string;
};

test('series of all frequencies, and captions made elsewhere, become questions and answers without a key or a cent', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const ids: string[] = [];
  for (const name of FREQUENCIES) {
    const own = Array.from({ length: EACH }, (_, index) => `${name[0]}${index + 1}`);
    ids.push(...own);
    const lines = own.map((id, index) => `"${id}","${index}","","${index + 4}","${(index * 7) % 5}",""`);
    await writeFile(at(`${name}-train.csv`), `"V1","V2","V3","V4","V5","V6"\n${lines.join('\n')}\n`);
  }
  const known = ids.filter((id) => id !== 'H1').map((id) => `${id},Macro,1,6,Yearly,01-01-79 12:00`);
  await writeFile(at('M4-info.csv'), `M4id,category,Frequency,Horizon,SP,StartingDate\n${known.join('\n')}\n`);
  await writeFile(at('series.yaml'), SERIES);
  const series = await batchmill(['run', at('series.yaml'), '--out', at('out'), '--data', at('state')], NO_KEY);
  expect(series.code, series.output).toBe(0);
  expect(series.output).toContain('nothing: no model was asked');
  expect((await readReport(at('out'))).warnings).toEqual([
    'M4-info.csv does not know one row: the fields joined from it are empty there',
  ]);
  const lines = (await readFile(at('out/m4_series.csv'), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(ids.length + 1);
  expect(lines[1]).toMatch(/^series-Y1,"\[[-\d.,e]+\]",Yearly,Macro$/);

  const captions = [...ids, 'unknown'].map((id) => `series-${id},"  About ${id}${id === 'W2' ? '<|end|> ' : ''}\n"`);
  await writeFile(at('m4_captions.csv'), `id,caption\n${captions.join('\n')}\n`);
  await writeFile(at('qa.yaml'), QUESTIONS);
  const command = ['run', at('qa.yaml'), '--out', at('dataset'), '--data', at('state')];
  const questions = await batchmill(command, NO_KEY);
  expect(questions.code, questions.output).toBe(3);
  const report = await readReport(at('dataset'));
  expect(report).toMatchObject({
    outcomes: { ok: 120, invalid: 1 },
    rejectsByReason: { 'source: not-joined': 1 },
    batches: [],
  });

  const parts = await Promise.all(['train', 'validation', 'test'].map((split) => questionsIn(at('dataset/qa'), split)));
  expect(parts.every((rows) => rows.length > 0)).toBe(true);
  const rows = parts.flat();
  expect(rows.map(({ id }) => id).sort()).toEqual(ids.map((id) => `series-${id}`).sort());
  const second = rows.find(({ id }) => id === 'series-W2');
  expect(Object.keys(second ?? {})).toEqual([
    'id',
    'pre_prompt',
    'time_series',
    'time_series_text',
    'post_prompt',
    'answer',
  ]);
  expect(second?.time_series_text).toEqual(['A Weekly series of 4 points:']);
  expect(second?.time_series[0]).toHaveLength(4);
  expect(rows.map(({ answer }) => answer).sort()).toEqual(ids.map((id) => `About ${id}<|end|> `).sort());

  const again = await batchmill(command, NO_KEY);
  expect(again.output).toContain('its files are written again, nothing is paid');
});

const questionsIn = async (folder: string, split: string): Promise<Question[]> => {
  const name = `${split}-00000.parquet`;
  const bytes = await readFile(path.join(folder, name));
  const file = {
    name,
    bytes: bytes.length,
    open: async function* ({ start, end } = { start: 0, end: bytes.length }) {
      yield bytes.subarray(start, end);
    },
  };
  const questions: Question[] = [];
  for await (const item of readSource({ format: 'parquet', paths: [name], derive: [] }, [file], { vars: {} })) {
    questions.push((item as { fields: Fields }).fields as Question);
  }
  return questions;
};
