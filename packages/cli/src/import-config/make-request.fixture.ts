import type { Fields, GenerateStage, Json, Row } from '@batchmill/contracts';
import { readPipeline, readYaml } from '@batchmill/pipeline';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { createRequestMaker } from '@batchmill/prompts';
import type { ImportedConfig } from './import-config.ts';

/** A step of an imported pipeline by itself, also one that stands in the rounds of a dialogue. */
export const stageOf = ({ text }: Pick<ImportedConfig, 'text'>, id: string): GenerateStage => {
  const { steps, output: _output, ...rest } = readYaml(text, 'pipeline.yaml').value as unknown as PipelineDefinition;
  const all = steps.flatMap((step) => ('steps' in step ? (step.steps as typeof steps) : [step]));
  const [stage] = readPipeline({ source: { ...rest, steps: all.filter((step) => step.id === id) } }).stages;
  if (stage?.kind !== 'generate') throw new Error(`no step ${id}`);
  return stage;
};

/** The line of a request file for a row. @throws RowRequestError as the service does */
export const requestLine = async (stage: GenerateStage, fields: Fields): Promise<string> => {
  const { image_path: key } = fields as { image_path: string };
  const row: Row = { id: '0', key, home: 0, line: 1, fields };
  const { body } = await createRequestMaker({ stage, vars: {}, ...NO_PICTURES }).make(row);
  const line: Json = { custom_id: key, method: 'POST', url: stage.generate.endpoint, body: body as Json };
  return JSON.stringify(line);
};

const NO_PICTURES = {
  images: { open: async () => null },
  plots: { concurrency: 1, render: async () => Buffer.of(), close: async () => {} },
};
