import { isObject, listAt, objectAt, textAt } from '../json-shapes.ts';

export type BodyImage = { url: string; detail: string };

/** What of a request body becomes prompt tokens. */
export type BodyContent = { messages: number; texts: string[]; images: BodyImage[] };

/** Texts, pictures and schemas of a body for chat completions, responses, completions or embeddings. */
export const bodyContent = (body: object): BodyContent => {
  const content: BodyContent = { messages: 0, texts: [], images: [] };
  for (const message of [...listAt(body, 'messages'), ...listAt(body, 'input')]) addMessage(content, message);
  for (const name of ['input', 'prompt', 'instructions']) {
    const text = textAt(body, name);
    if (text !== null) addMessage(content, { content: text });
  }
  // How a schema is put into the prompt is not published; its compact JSON is near enough.
  const schema =
    objectAt(objectAt(body, 'response_format'), 'json_schema') ?? objectAt(objectAt(body, 'text'), 'format');
  if (schema !== null) content.texts.push(JSON.stringify(schema));
  const tools = listAt(body, 'tools');
  if (tools.length > 0) content.texts.push(JSON.stringify(tools));
  return content;
};

const addMessage = (content: BodyContent, message: unknown): void => {
  content.messages += 1;
  if (typeof message === 'string') content.texts.push(message);
  for (const name of ['role', 'name', 'content']) {
    const text = textAt(message, name);
    if (text !== null) content.texts.push(text);
  }
  for (const part of listAt(message, 'content')) addPart(content, part);
};

const addPart = (content: BodyContent, part: unknown): void => {
  const text = textAt(part, 'text');
  if (text !== null) content.texts.push(text);
  if (!isObject(part)) return;
  // Chat completions nest the address, responses do not.
  const image = objectAt(part, 'image_url') ?? { url: part['image_url'], detail: part['detail'] };
  const url = textAt(image, 'url');
  if (url !== null) content.images.push({ url, detail: textAt(image, 'detail') ?? 'auto' });
};
