import { readFileSync } from 'node:fs';
import type { Fields, GenerateStage, Json, Row } from '@batchmill/contracts';
import { readPipeline, readYaml } from '@batchmill/pipeline';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { createRequestMaker } from '@batchmill/prompts';
import { describe, expect, test } from 'vitest';
import { importConfig } from '../import-config.ts';

/* requests.fixture.json is made by Python itself: make_requests.py reads the same configuration and follows the old rules. */

type OldRow = {
  fields: Fields;
  turns: { question: string; answer: string }[];
  open: string;
  lacks_in_questions: string[];
};

const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const { rows, requests } = JSON.parse(here('requests.fixture.json')) as {
  rows: OldRow[];
  requests: Record<string, { custom_id: string }[]>;
};
const imported = importConfig({
  text: here('config.fixture.yaml'),
  file: 'config.yaml',
  name: 'config',
  input: 'images.json',
  dataKey: 'image_path',
  rounds: 1,
});

describe('the requests of an imported configuration are those of the old rules', () => {
  test('for every step of it', () => {
    expect(imported.steps.map(({ name }) => name)).toEqual(Object.keys(requests));
  });

  test.each(imported.steps)('step $name', async ({ name, id }) => {
    const stage = stageOf(id);
    const lines = await Promise.all(rows.map((row) => requestOf(stage, row, name)));
    expect(lines).toEqual(requests[name]?.map((request) => JSON.stringify(request)));
  });
});

/** A step by itself, also one that stands in the rounds of a dialogue. */
const stageOf = (id: string): GenerateStage => {
  const { steps, ...definition } = readYaml(imported.text, 'pipeline.yaml').value as unknown as PipelineDefinition;
  const inner = steps.flatMap((step) => ('steps' in step ? (step.steps as typeof steps) : [step]));
  const { output: _output, ...rest } = definition;
  const step = inner.map((s) => { const { parse: _p, ...g } = s.generate as any; return { ...s, generate: g }; }).filter((one) => one.id === id);
  const [stage] = readPipeline({ source: { ...rest, steps: step } }).stages;
  if (stage?.kind !== 'generate') throw new Error(`no step ${id}`);
  return stage;
};

const requestOf = async (stage: GenerateStage, row: OldRow, step: string): Promise<string> => {
  const fields: Fields = { ...row.fields, dialogue: row.turns, ...(step === 'answer' ? { question: row.open } : {}) };
  if (step.includes('question')) for (const field of row.lacks_in_questions) delete fields[field];
  const key = String(fields['image_path']);
  const asked: Row = { id: '0', key, home: 0, line: 1, fields };
  const { body } = await createRequestMaker({ stage, vars: {}, ...NO_PICTURES }).make(asked);
  const line: Json = { custom_id: key, method: 'POST', url: stage.generate.endpoint, body: body as Json };
  return JSON.stringify(line);
};

const NO_PICTURES = {
  images: { open: async () => null },
  plots: { concurrency: 1, render: async () => Buffer.of(), close: async () => {} },
};
