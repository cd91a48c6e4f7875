import { expect, test } from 'vitest';
import { answerLine } from './answer-line.ts';
import { readResultLine } from './read-result-line.ts';

test.each(['/v1/chat/completions', '/v1/responses', '/v1/completions'])(
  'a text becomes a line of %s that is read as an answer with this text',
  (endpoint) => {
    const line = answerLine('id-1', 'ä "text"', endpoint);
    expect(line).not.toBeNull();
    expect(readResultLine(JSON.stringify(line), endpoint)).toMatchObject({
      customId: 'id-1',
      kind: 'answer',
      text: 'ä "text"',
    });
  },
);

test('an endpoint that answers with something else has no such line', () => {
  expect(answerLine('id', 'x', '/v1/embeddings')).toBeNull();
});
