import { expect, it } from 'vitest';
import { messagesOf } from '../mistakes/captions.ts';
import { fieldsNeeded, readPipeline } from '../index.ts';

const pipeline = (generate: object) => ({
  name: 'requests',
  source: { path: 'requests.jsonl' },
  key: 'custom_id',
  defaults: { model: 'm', params: { seed: 1 }, system: 'Be kind.', on_truncated: { max_tokens: 9 }, max_requests: 7 },
  steps: [{ id: 'request', generate }],
});

it('a whole body takes no model, parameter or message of the defaults', () => {
  const compiled = readPipeline({ source: pipeline({ body: 'request', endpoint: '/v1/responses', into: 'line' }) });
  expect(compiled.stages[0]).toMatchObject({
    generate: {
      provider: 'openai',
      endpoint: '/v1/responses',
      body: 'request',
      model: '{{ request.model }}',
      params: {},
      messages: [],
      into: 'line',
      maxRequests: 7,
      retryAttempts: 3,
    },
  });
  expect(compiled.stages[0]).not.toHaveProperty('generate.onTruncated');
  expect(fieldsNeeded(compiled).source).toEqual([{ field: 'request', path: 'steps[0].generate' }]);
});

it('its parts can be taken out of the result line, by the names they have there', () => {
  expect(messagesOf({ source: pipeline({ body: 'a body', into: { answer: 'response', code: 'error' } }) })).toBe(
    'none',
  );
  expect(messagesOf({ source: pipeline({ body: 'b', into: { answer: 'respons' } }) })).toContain(
    'the answer never has "respons". Did you mean "response"? It has: id, custom_id, response, error',
  );
});
