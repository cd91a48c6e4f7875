/** A chat completions request, as far as the simulator looks at it. */
export type ChatBody = {
  model: string;
  messages: readonly ChatMessage[];
  n?: number;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  temperature?: number | null;
  stream?: boolean | null;
  response_format?: ResponseFormat | null;
  [other: string]: unknown;
};

export type ChatMessage = { role: string; content?: string | readonly ContentPart[] | null };

export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string } }
  | { type: string };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name: string; schema: JsonSchema; strict?: boolean | null } };

export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

export type ImagePart = { url: string; detail: string };

export const isTextPart = (part: ContentPart): part is { type: 'text'; text: string } => part.type === 'text';

const isImagePart = (part: ContentPart): part is { type: 'image_url'; image_url: { url: string; detail?: string } } =>
  part.type === 'image_url';

export const imagesOf = (body: ChatBody): ImagePart[] =>
  body.messages.flatMap(({ content }) =>
    Array.isArray(content)
      ? (content as readonly ContentPart[])
          .filter(isImagePart)
          .map(({ image_url: image }) => ({ url: image.url, detail: image.detail ?? 'auto' }))
      : [],
  );

export const textOf = (message: ChatMessage): string => {
  if (typeof message.content === 'string') return message.content;
  if (message.content === null || message.content === undefined) return '';
  return message.content
    .filter(isTextPart)
    .map((part) => part.text)
    .join('\n');
};
