/**
 * What a batch may ask for, of all that the API takes (https://platform.openai.com/docs/guides/batch): those whose answers
 * and tokens can be read here. Pictures and videos are billed otherwise.
 */
export const BATCH_ENDPOINTS: readonly string[] = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
];
