import type { ContentPart, Generate, Message } from '@batchmill/contracts';
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
  const onTruncated = generate.on_truncated ?? defaults.on_truncated;
  const maxRequests = generate.max_requests ?? defaults.max_requests;
  return {
    provider: generate.provider ?? defaults.provider ?? DEFAULT_PROVIDER,
    endpoint: generate.endpoint ?? defaults.endpoint ?? DEFAULT_ENDPOINT,
    model: generate.model ?? defaults.model ?? '',
    params: { ...defaults.params, ...generate.params },
    messages: withSystem(messagesOf(generate), generate.system ?? defaults.system),
    ...(generate.schema === undefined ? {} : { schema: generate.schema, schemaName: step }),
    into: generate.into,
    ...(onTruncated === undefined ? {} : { onTruncated: { ...defaults.on_truncated, ...generate.on_truncated } }),
    ...(maxRequests === undefined ? {} : { maxRequests }),
    retryAttempts: generate.retry?.attempts ?? defaults.retry?.attempts ?? DEFAULT_ATTEMPTS,
  };
};

const messagesOf = ({ messages, image, prompt }: GenerateDefinition): Message[] => {
  if (messages !== undefined) return messages.map(({ role, content }) => ({ role, content: contentOf(content) }));
  if (image === undefined) return [{ role: 'user', content: prompt ?? '' }];
  const text: ContentPart[] = prompt === undefined ? [] : [{ text: prompt }];
  return [{ role: 'user', content: [{ image }, ...text] }];
};

const contentOf = (content: NonNullable<GenerateDefinition['messages']>[number]['content']): Message['content'] =>
  typeof content === 'string'
    ? content
    : content.map(({ text, image }) => (image === undefined ? { text: text ?? '' } : { image }));

/** A default never stands beside a system message of the step's own; an empty text means none. */
const withSystem = (messages: Message[], system: string | undefined): Message[] => {
  const hasOwn = messages.some(({ role }) => role === 'system' || role === 'developer');
  return hasOwn || system === undefined || system === ''
    ? messages
    : [{ role: 'system', content: system }, ...messages];
};
