import type { ContentPart, Generate, Message, Plot } from '@batchmill/contracts';
import { memberTemplate } from './as-template.ts';
import type { Definition, GenerateDefinition } from '../definition/definition.ts';

const DEFAULT_PROVIDER = 'openai';
const DEFAULT_ENDPOINT = '/v1/chat/completions';
/** Executions of a row in one stage. */
const DEFAULT_ATTEMPTS = 3;

/** A step's `generate` with `defaults` laid under it: maps are joined key by key, all else is replaced. */
export const compileGenerate = (
  generate: GenerateDefinition,
  defaults: NonNullable<Definition['defaults']>,
  step: string,
): Generate => {
  const onTruncated = generate.body === undefined ? (generate.on_truncated ?? defaults.on_truncated) : undefined;
  const mode = generate.mode ?? defaults.mode;
  const maxRequests = generate.max_requests ?? defaults.max_requests;
  const checkUrls = generate.check_urls ?? defaults.check_urls;
  return {
    provider: generate.provider ?? defaults.provider ?? DEFAULT_PROVIDER,
    endpoint: generate.endpoint ?? defaults.endpoint ?? DEFAULT_ENDPOINT,
    ...(mode === undefined ? {} : { mode }),
    ...askedOf(generate, defaults),
    ...(generate.schema === undefined ? {} : { schema: generate.schema, schemaName: step }),
    into: generate.into,
    ...(generate.parse === undefined ? {} : { parse: generate.parse }),
    ...(generate.raw_into === undefined ? {} : { rawInto: generate.raw_into }),
    ...(onTruncated === undefined ? {} : { onTruncated: { ...defaults.on_truncated, ...generate.on_truncated } }),
    ...(maxRequests === undefined ? {} : { maxRequests }),
    retryAttempts: generate.retry?.attempts ?? defaults.retry?.attempts ?? DEFAULT_ATTEMPTS,
    ...(checkUrls === true && generate.body === undefined ? { checkUrls } : {}),
  };
};

/** What is asked of which model. A whole body says all of it by itself: no default is added to it. */
const askedOf = (
  generate: GenerateDefinition,
  defaults: NonNullable<Definition['defaults']>,
): Pick<Generate, 'body' | 'model' | 'params' | 'messages'> => {
  const { body } = generate;
  if (body !== undefined) return { body, model: memberTemplate(body, 'model'), params: {}, messages: [] };
  return {
    model: generate.model ?? defaults.model ?? '',
    params: { ...defaults.params, ...generate.params },
    messages: withSystem(messagesOf(generate), generate.system ?? defaults.system),
  };
};

const messagesOf = ({ messages, image, prompt }: GenerateDefinition): Message[] => {
  if (messages !== undefined) return messages.map(({ role, content }) => ({ role, content: contentOf(content) }));
  if (image === undefined) return [{ role: 'user', content: prompt ?? '' }];
  const text: ContentPart[] = prompt === undefined ? [] : [{ text: prompt }];
  return [{ role: 'user', content: [{ image: imageOf(image) }, ...text] }];
};

const contentOf = (content: NonNullable<GenerateDefinition['messages']>[number]['content']): Message['content'] =>
  typeof content === 'string'
    ? content
    : content.map(({ text, image }) => (image === undefined ? { text: text ?? '' } : { image: imageOf(image) }));

type ImageDefinition = NonNullable<GenerateDefinition['image']>;
type ImagePart = Extract<ContentPart, { image: unknown }>['image'];

const imageOf = ({ plot, ...image }: ImageDefinition): ImagePart =>
  plot === undefined ? image : { ...image, plot: plotOf(plot) };

const plotOf = (plot: NonNullable<ImageDefinition['plot']>): Plot => {
  if (typeof plot === 'string') return { fields: [plot] };
  const { field, fields, x_label: xLabel, y_label: yLabel, ...rest } = plot;
  return {
    // The checks have made sure that it is one of the two.
    fields: fields ?? [field ?? ''],
    ...rest,
    ...(xLabel === undefined ? {} : { xLabel }),
    ...(yLabel === undefined ? {} : { yLabel }),
  };
};

/** A default never stands beside a system message of the step's own; an empty text means none. */
const withSystem = (messages: Message[], system: string | undefined): Message[] => {
  const hasOwn = messages.some(({ role }) => role === 'system' || role === 'developer');
  return hasOwn || system === undefined || system === ''
    ? messages
    : [{ role: 'system', content: system }, ...messages];
};
