import type { Fields, GenerateStage, Json, Row } from '@batchmill/contracts';
import { compileJson, compileTemplate, rowScope } from '@batchmill/templates';
import { structuredOutput } from '@batchmill/answer-schema';
import type { ImageSource, LinkCheck, RequestBeingMade } from './image-part.ts';
import type { UsefulSize } from './images/fitted-pictures.ts';
import { createPictureInliner } from './images/inline-picture.ts';
import type { InlinePicture } from './images/inline-picture.ts';
import { inPlace } from './in-place.ts';
import { compileMessage } from './message-maker.ts';
import type { RenderedMessage } from './message-maker.ts';
import type { PlotRenderer } from './plots/plot-renderer.ts';
import { RowRequestError } from './row-request-error.ts';

/** Why a row is asked once more. */
export type Again = { reason: 'truncated' } | { reason: 'invalid'; message: string };

/** `messages` stand in every body that is made of templates; what a row brings along may ask otherwise. */
export type RequestBody = { model: string; messages?: RenderedMessage[] } & Record<string, Json>;

export type MadeRequest = {
  body: RequestBody;
  /** All text of the messages, without pictures, for an estimate of its tokens. */
  text: string;
  /** The pictures that stand in the body itself, but for plots. */
  pictures: Omit<InlinePicture, 'url'>[];
};

export type RequestMaker = {
  /** The request body for one row. Throws `RowRequestError` where this row cannot be asked. */
  make(row: Row, again?: Again): Promise<MadeRequest>;
};

export type RequestMakerOptions = {
  stage: GenerateStage;
  vars: Fields;
  images?: ImageSource;
  /** Asked for each web address of a picture where the step says `check_urls`. */
  links?: LinkCheck;
  /** Absent: pictures are sent as large as they are. */
  usefulSize?: UsefulSize;
  plots: PlotRenderer;
};

/** Reads all templates of a stage once; throws `TemplateError` with code `syntax`. */
export const createRequestMaker = (options: RequestMakerOptions): RequestMaker => {
  const { stage, vars, images, links, usefulSize, plots } = options;
  const { generate } = stage;
  const { body: bodyField } = generate;
  if (bodyField !== undefined)
    return { make: async ({ fields }) => ({ body: bodyOf(fields, bodyField), text: '', pictures: [] }) };
  const model = compileTemplate(generate.model);
  const inline = createPictureInliner(usefulSize);
  const adapters = { images, links: generate.checkUrls === true ? links : undefined, inline, plots };
  const messages = generate.messages.map((message) => compileMessage(message, adapters));
  const params = compileJson(generate.params);
  const paramsIfTruncated = compileJson({ ...generate.params, ...generate.onTruncated });
  const format = generate.schema && {
    response_format: structuredOutput(generate.schemaName ?? stage.step, generate.schema),
  };
  return {
    make: async (row, again) => {
      const scope = rowScope(row, vars);
      const request: RequestBeingMade = {
        model: modelName(await inPlace('model', () => model.value(scope))),
        pictures: [],
      };
      const rendered: RenderedMessage[] = [];
      for (const [index, message] of messages.entries()) {
        rendered.push(await inPlace(`message ${index + 1}`, () => message(scope, request)));
      }
      if (again?.reason === 'invalid') rendered.push(correction(again.message));
      const laid = await inPlace('params', () => (again?.reason === 'truncated' ? paramsIfTruncated : params)(scope));
      const body = {
        model: request.model,
        messages: rendered,
        ...sentParams(laid),
        ...format,
      };
      const pictures = request.pictures.map(({ url: _, ...picture }) => picture);
      return { body, text: rendered.map(textOf).join('\n'), pictures };
    },
  };
};

/** The request that a row brings along, as it stands. */
const bodyOf = (fields: Fields, field: string): RequestBody => {
  const body = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RowRequestError('no-body', `body: the field "${field}" holds no object that could be sent`);
  }
  modelName(body['model'] ?? null);
  return body as RequestBody;
};

const modelName = (value: Json): string => {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new RowRequestError('no-model', `model: a name is expected, found ${JSON.stringify(value)}`);
};

const MAX_REASON_CHARACTERS = 500;

const correction = (reason: string): RenderedMessage => ({
  role: 'user',
  content: `An earlier answer to this could not be used: ${reason.slice(0, MAX_REASON_CHARACTERS)}\nAnswer again, in the required form and with nothing else.`,
});

/** A parameter that is null is not sent; none can take the place of the model or the messages. */
const sentParams = (params: Json): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(params as Fields).filter(
      ([name, value]) => value !== null && name !== 'model' && name !== 'messages',
    ),
  );

const textOf = ({ content }: RenderedMessage): string =>
  typeof content === 'string' ? content : content.map(partText).filter(Boolean).join('\n');

const partText = (part: Json): string => {
  const isText = typeof part === 'object' && part !== null && 'text' in part && typeof part['text'] === 'string';
  return isText ? (part['text'] as string) : '';
};
