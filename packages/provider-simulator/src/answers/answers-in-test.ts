import { createAnswerMaker } from './answer-maker.ts';
import type { Answer } from './answer-maker.ts';
import { createPictureInspector } from './pictures/picture-inspector.ts';

/** An answer maker that ends its thread with the test. */
export const answersInTest = () => {
  const inspector = createPictureInspector();
  const make = createAnswerMaker(inspector);
  return {
    ask: (body: Record<string, unknown>, seed = 1): Promise<Answer> => make(body, seed, null),
    /** The text of an answer that must be there. */
    text: async (body: Record<string, unknown>, seed = 1): Promise<string> => {
      const answer = await make(body, seed, null);
      if (!answer.ok) throw new Error(answer.problem.message);
      return answer.choices[0]?.content ?? '';
    },
    [Symbol.asyncDispose]: () => inspector.close(),
  };
};

export const bodyWith = (content: unknown, more: object = {}): Record<string, unknown> => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content }],
  ...more,
});
