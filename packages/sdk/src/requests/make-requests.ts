import type { Row } from '@batchmill/contracts';
import { compileDerive, KeyIndex, RowSelector } from '@batchmill/dataset';
import type { ImageSource } from '@batchmill/prompts';
import { OPENAI_LIMITS } from '@batchmill/providers/batch-files';
import { compileCondition, rowScope, TemplateError } from '@batchmill/templates';
import { fieldsOf } from '../row-input.ts';
import type { RowInput } from '../row-input.ts';
import type { BatchRequest, NotAsked } from './request-line.ts';
import { stepToAsk } from './step-to-ask.ts';
import type { PipelineOrStep, StepOptions, StepToAsk } from './step-to-ask.ts';

export type MakeRequestsOptions = StepOptions & {
  /** Local pictures by the path that stands in the data; without it a row that names one cannot be asked. */
  images?: ImageSource;
  /** What the provider takes as `custom_id`; by default OpenAI's 1 to 64 letters, digits, `-` and `_`. */
  customIdPattern?: RegExp;
};

/**
 * Rows as they enter a step → the requests that the product would send for them: one item for each row, in order. Rows that
 * are not asked (their `when` is false, a field is missing, the key stands twice, …) come as `NotAsked`; a row never stops it.
 * For the first step of a pipeline the source's `derive` is done; its selection (`limit`, `ids` …) is not.
 *
 * Memory: some 60 bytes a row, for the keys. Plots are drawn in threads that end with the iteration.
 * @throws InputError at once, with every mistake in the pipeline
 */
export const makeRequests = (
  pipelineOrStep: PipelineOrStep,
  rows: Iterable<RowInput> | AsyncIterable<RowInput>,
  options: MakeRequestsOptions = {},
): AsyncGenerator<BatchRequest | NotAsked, void, undefined> => {
  const step = stepToAsk(pipelineOrStep, options);
  return requestsOf(step, keyedRows(step, rows, options.customIdPattern ?? OPENAI_LIMITS.customIdPattern), options);
};

async function* requestsOf(
  { pipeline: { vars }, stage }: StepToAsk,
  rows: AsyncIterable<Row | NotAsked>,
  { images }: MakeRequestsOptions,
): AsyncGenerator<BatchRequest | NotAsked, void, undefined> {
  // what draws plots takes a moment to load
  const { createPlotRenderer, createRequestMaker, RowRequestError } = await import('@batchmill/prompts');
  const plots = createPlotRenderer();
  try {
    const maker = createRequestMaker({ stage, vars, plots, ...(images === undefined ? {} : { images }) });
    const when = stage.when === undefined ? null : compileCondition(stage.when);
    const { endpoint } = stage.generate;
    for await (const row of rows) {
      if ('outcome' in row) {
        yield row;
        continue;
      }
      const { key, line } = row;
      try {
        if (when !== null && !when(rowScope(row, vars))) {
          yield { outcome: 'skipped', key, line, reason: { code: 'when', message: `when: ${stage.when} is false` } };
          continue;
        }
        const { body } = await maker.make(row);
        yield { custom_id: key, method: 'POST', url: endpoint, body };
      } catch (error) {
        if (!(error instanceof RowRequestError || error instanceof TemplateError)) throw error;
        yield notAsked(key, line, error.code, error.message);
      }
    }
  } finally {
    await plots.close();
  }
}

/** Rows with the keys by which answers find back to them. */
async function* keyedRows(
  { pipeline, stage }: StepToAsk,
  rows: Iterable<RowInput> | AsyncIterable<RowInput>,
  pattern: RegExp,
): AsyncGenerator<Row | NotAsked, void, undefined> {
  const { vars, source, key } = pipeline;
  const selector = new RowSelector({ source: { format: source.format, paths: [], derive: [] }, key, vars });
  const isFirst = pipeline.stages[0] === stage;
  const derive = compileDerive(isFirst ? source.derive : [], vars);
  const lines = new KeyIndex();
  let line = 0;
  for await (const given of rows) {
    line += 1;
    if (!isObject(given)) {
      yield notAsked(null, line, 'no-object', 'the row is no object with fields');
      continue;
    }
    const derived = derive(fieldsOf(given), { line });
    const taken = selector.take({ file: 'rows', line, ...derived });
    if (taken === null) throw new Error('a row was not taken though nothing is left out');
    if (taken.kind === 'rejected') {
      yield notAsked(null, line, taken.problem.code, taken.problem.message);
      continue;
    }
    const { row } = taken;
    if (!pattern.test(row.key)) {
      const rule = `the key would be the custom_id of its request, and only ids like ${pattern.source} are taken`;
      yield notAsked(row.key, line, 'custom-id', `${rule}: found ${JSON.stringify(row.key.slice(0, 100))}`);
      continue;
    }
    const first = lines.add(row.key, line);
    if (first === null) yield row;
    else yield notAsked(row.key, line, 'duplicate-key', `row ${first} has this key already`);
  }
}

const isObject = (value: unknown): value is RowInput =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notAsked = (key: string | null, line: number, code: string, message: string): NotAsked => ({
  outcome: 'invalid',
  key,
  line,
  reason: { code, message },
});
