import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT, InputError, rowIdOf } from '@batchmill/contracts';
import type { CompiledPipeline, GenerateStage, Preview, Problem, Row } from '@batchmill/contracts';
import { readPipeline } from '@batchmill/pipeline';
import { createRequestMaker, RowRequestError } from '@batchmill/prompts';
import type { RequestBody } from '@batchmill/prompts';
import { enterRound, takesPart } from '@batchmill/rounds';
import { costOf, createTokenEstimator, priceOf, usefulImageSize } from '@batchmill/providers';
import { compileCondition, compileTemplate, rowScope } from '@batchmill/templates';
import { createRowTransform } from '@batchmill/transforms';
import type { z } from 'zod';
import type { previewRequestSchema } from '@batchmill/contracts';
import { pinAssets } from './pin-inputs.ts';
import type { Ports } from './routes/ports.ts';

const USUAL_OUTPUT_TOKENS = 500;

/** Of a row that the steps before the question make several of. */
const COPIES_SHOWN = 3;

/** The requests of the first generate step for the given rows, as they would be sent: none for rows that skip it. */
export const preview = async (
  { plots, ledger, pictures }: Pick<Ports, 'plots' | 'ledger' | 'pictures'>,
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
  const images = await pictures.ofJob(ledger, assets === undefined ? {} : { assets });
  // each preview looks anew: between two of them links are corrected
  const links = pictures.linksOf(`preview ${randomUUID()}`);
  const { vars } = pipeline;
  const maker = createRequestMaker({ stage, vars, plots, images, links, usefulSize: usefulImageSize });
  const key = compileTemplate(pipeline.key);
  const entering = rowsEntering(pipeline, stage);
  const when = stage.when === undefined ? null : compileCondition(stage.when);
  const isAsked = (row: Row): boolean => takesPart(row, stage) && (when === null || when(rowScope(row, pipeline.vars)));
  let asked = 0;
  const requests: (Preview['requests'][number] & { body: RequestBody })[] = [];
  const problems: Problem[] = [];
  let model = stage.generate.model;
  for (const [position, fields] of request.rows.entries()) {
    const row: Row = { id: rowIdOf(position), key: '', home: 0, line: position + 1, fields };
    try {
      row.key = key.render(rowScope(row, pipeline.vars));
      const copies = entering(row)
        .map((copy) => enterRound(copy, stage))
        .filter(isAsked);
      asked += copies.length;
      for (const copy of copies.slice(0, COPIES_SHOWN)) {
        const { body } = await maker.make(copy);
        model = body.model;
        requests.push({ key: copy.key, body, inputTokens: createTokenEstimator(model).countExact(body) });
      }
    } catch (error) {
      if (!(error instanceof RowRequestError) && !(error instanceof Error)) throw error;
      problems.push({ code: 'row', message: error.message, place: { row: row.key || `row ${position + 1}` } });
    }
  }
  const tokens = requests.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const mean = requests.length === 0 ? 0 : tokens / requests.length;
  const totalRows = request.totalRows ?? request.rows.length;
  const copiesPerRow = asked / Math.max(request.rows.length, 1);
  return {
    name: pipeline.name,
    step: stage.step,
    provider: stage.generate.provider,
    model,
    requests,
    rowsPreviewed: request.rows.length,
    meanInputTokens: mean,
    estimatedCost: estimate(requests, totalRows * copiesPerRow),
    problems,
  };
};

/** What the steps before the first question make of a row. Throws where they reject it. */
const rowsEntering = ({ stages, vars }: CompiledPipeline, first: GenerateStage): ((row: Row) => Row[]) => {
  const before = stages.slice(0, stages.indexOf(first)).filter((stage) => stage.kind === 'transform');
  const transforms = before.map((stage) => ({ step: stage.step, transform: createRowTransform(stage, vars) }));
  return (row) =>
    transforms.reduce(
      (rows, { step, transform }) =>
        rows.flatMap((one) => {
          const made = transform(one);
          if (made.outcome === 'invalid') throw new Error(`step ${step}: ${made.reason.message}`);
          return made.rows;
        }),
      [row],
    );
};

/** What so many rows cost if they are like those shown; null where a price is not known. */
const estimate = (
  requests: readonly { body: RequestBody; inputTokens: number }[],
  rows: number,
): Preview['estimatedCost'] => {
  if (requests.some(({ body }) => priceOf(body.model) === null)) return null;
  const cost = (at: 'batch' | 'realtime'): number => {
    const sum = requests.reduce((all, { body, inputTokens }) => {
      const limit = body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens;
      const outputTokens = typeof limit === 'number' ? limit : USUAL_OUTPUT_TOKENS;
      return all + costOf({ inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 }, body.model, at);
    }, 0);
    return (sum / Math.max(requests.length, 1)) * rows;
  };
  return { batch: cost('batch'), realtime: cost('realtime') };
};
