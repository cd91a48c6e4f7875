import { stageName } from '@batchmill/contracts';
import type { CompiledPipeline, Fields, GenerateStage, Json, Row, Stage } from '@batchmill/contracts';
import type { Piece, SampledRow } from '@batchmill/outputs';
import { createRequestMaker, plotSvg, RowRequestError } from '@batchmill/prompts';
import type { PlotRenderer, RequestBody } from '@batchmill/prompts';
import { asInRound } from '@batchmill/rounds';

/** Shows rows as they were asked about: each generate step's request, made anew, and the answer that stands in the row. */
export const rowShower = ({ stages, vars }: CompiledPipeline): ((row: Row) => Promise<SampledRow>) => {
  const makers = stages.filter(isGenerate).map((stage) => ({
    stage,
    maker: createRequestMaker({ stage: withoutFiles(stage), vars, plots: PLOTS_AS_SVG }),
  }));
  return async (final) => {
    const steps: SampledRow['steps'] = [];
    for (const { stage, maker } of makers) {
      const row = asInRound(final, stage);
      const answer = answerIn(row.fields, stage);
      if (answer === null) continue;
      try {
        const { body } = await maker.make(row);
        steps.push({ step: stageName(stage), model: body.model, messages: messagesOf(stage, body), answer });
      } catch (error) {
        if (!(error instanceof RowRequestError)) throw error;
        // a later step has changed what this one was asked with
        steps.push({ step: stageName(stage), model: stage.generate.model, messages: [], answer });
      }
    }
    return { key: final.key, steps, fields: steps.length === 0 ? fieldsOf(final.fields) : [] };
  };
};

const isGenerate = (stage: Stage): stage is GenerateStage => stage.kind === 'generate';

/** A path or address in place of each picture: the page loads nothing. */
const withoutFiles = (stage: GenerateStage): GenerateStage => ({
  ...stage,
  generate: {
    ...stage.generate,
    messages: stage.generate.messages.map((message) => ({
      ...message,
      content:
        typeof message.content === 'string'
          ? message.content
          : message.content.map((part) => {
              const address = 'image' in part ? (part.image.url ?? part.image.path) : undefined;
              return address === undefined ? part : { text: `[picture ${address}]` };
            }),
    })),
  },
});

const MOST_POINTS = 100_000;

/** For a few plots, which need no threads of their own. */
const PLOTS_AS_SVG: PlotRenderer = {
  concurrency: 1,
  render: async (lines, options) => {
    const points = lines.reduce((sum, { series }) => sum + series.length, 0);
    if (points > MOST_POINTS) throw new RangeError(`its ${points} points are too many for this page`);
    return new TextEncoder().encode(plotSvg(lines, options));
  },
  close: async () => {},
};

/** A body that the row brought along may have any form: it is shown as it stands. */
const messagesOf = ({ generate }: GenerateStage, body: RequestBody): SampledRow['steps'][number]['messages'] =>
  generate.body === undefined
    ? (body.messages ?? []).map(({ role, content }) => ({ role, pieces: piecesOf(content) }))
    : [{ role: 'request', pieces: [{ text: JSON.stringify(body, null, 2) }] }];

const piecesOf = (content: NonNullable<RequestBody['messages']>[number]['content']): Piece[] =>
  typeof content === 'string' ? [{ text: content }] : content.map(pieceOf);

/** A plot stands in its request as PNG, but these are drawings whatever they are called. */
const pieceOf = (part: Json): Piece => {
  const { text, image_url: image } = part as { text?: string; image_url?: { url: string } };
  if (image === undefined) return { text: text ?? '' };
  return { svg: Buffer.from(image.url.slice(image.url.indexOf(',') + 1), 'base64').toString() };
};

/** Null where the row was not asked, or has no answer. */
const answerIn = (fields: Fields, { generate: { into } }: GenerateStage): string | null => {
  const targets = typeof into === 'string' ? [into] : Object.keys(into);
  const answers: Fields = Object.fromEntries(
    targets.filter((field) => Object.hasOwn(fields, field)).map((field) => [field, fields[field] ?? null]),
  );
  const values = Object.values(answers);
  return values.length === 0 ? null : textOf(values.length === 1 ? (values[0] ?? null) : answers);
};

const fieldsOf = (fields: Fields): SampledRow['fields'] =>
  Object.entries(fields).flatMap(([name, value]) => [...plotOf(name, value), { name, value: { text: textOf(value) } }]);

const plotOf = (name: string, value: Json): SampledRow['fields'] => {
  if (!isSeries(value)) return [];
  try {
    return [{ name, value: { svg: plotSvg([{ name, series: value }]) } }];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [];
  }
};

const isSeries = (value: Json): value is number[] =>
  Array.isArray(value) &&
  value.length > 1 &&
  value.length <= MOST_POINTS &&
  value.every((item) => item === null || typeof item === 'number');

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
