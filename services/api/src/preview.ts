import { DEFAULT_TENANT, InputError, rowIdOf } from '@batchmill/contracts';
import type { GenerateStage, Json, Preview, Problem, Row } from '@batchmill/contracts';
import { openAssets } from '@batchmill/flow';
import { readPipeline } from '@batchmill/pipeline';
import { createRequestMaker, RowRequestError } from '@batchmill/prompts';
import { costOf, createTokenEstimator, priceOf } from '@batchmill/providers';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { z } from 'zod';
import type { previewRequestSchema } from '@batchmill/contracts';
import { pinAssets } from './pin-inputs.ts';
import type { Ports } from './routes/ports.ts';

const USUAL_OUTPUT_TOKENS = 500;

/** The requests of the first generate step for the given rows, as they would be sent. */
export const preview = async (
  { plots, ledger }: Pick<Ports, 'plots' | 'ledger'>,
  request: z.infer<typeof previewRequestSchema>,
): Promise<Preview> => {
  const pipeline = readPipeline({
    source: request.pipeline,
    ...(request.pipelineFile === undefined ? {} : { file: request.pipelineFile }),
    variables: request.variables ?? {},
    set: request.set ?? {},
    files: request.files ?? {},
  });
  const stage = pipeline.stages.find((one): one is GenerateStage => one.kind === 'generate');
  if (stage === undefined) {
    throw new InputError([
      { code: 'no-generate-step', message: 'the pipeline asks no model: there is nothing to preview' },
    ]);
  }
  const assets = await pinAssets(ledger, DEFAULT_TENANT, request.assets);
  const images = await openAssets(ledger, assets === undefined ? {} : { assets });
  const maker = createRequestMaker({ stage, vars: pipeline.vars, plots, images });
  const key = compileTemplate(pipeline.key);
  const requests: Preview['requests'] = [];
  const problems: Problem[] = [];
  let model = stage.generate.model;
  for (const [position, fields] of request.rows.entries()) {
    const row: Row = { id: rowIdOf(position), key: '', home: 0, line: position + 1, fields };
    try {
      row.key = key.render(rowScope(row, pipeline.vars));
      const { body } = await maker.make(row);
      model = body.model;
      requests.push({ key: row.key, body, inputTokens: createTokenEstimator(model).countExact(body) });
    } catch (error) {
      if (!(error instanceof RowRequestError) && !(error instanceof Error)) throw error;
      problems.push({ code: 'row', message: error.message, place: { row: row.key || `row ${position + 1}` } });
    }
  }
  const tokens = requests.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const mean = requests.length === 0 ? 0 : tokens / requests.length;
  return {
    name: pipeline.name,
    step: stage.step,
    provider: stage.generate.provider,
    model,
    requests,
    rowsPreviewed: request.rows.length,
    meanInputTokens: mean,
    estimatedCost: estimate(mean, request.totalRows ?? request.rows.length, model, stage.generate.params),
    problems,
  };
};

const estimate = (
  meanInputTokens: number,
  rows: number,
  model: string,
  params: Record<string, Json>,
): Preview['estimatedCost'] => {
  const limit = params.max_completion_tokens ?? params.max_tokens;
  const usage = {
    inputTokens: Math.round(meanInputTokens * rows),
    cachedInputTokens: 0,
    outputTokens: (typeof limit === 'number' ? limit : USUAL_OUTPUT_TOKENS) * rows,
    reasoningTokens: 0,
  };
  if (priceOf(model) === null) return null;
  return { batch: costOf(usage, model, 'batch'), realtime: costOf(usage, model, 'realtime') };
};
