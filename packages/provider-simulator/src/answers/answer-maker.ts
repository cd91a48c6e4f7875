import type { ApiProblem } from '../http/api-error.ts';
import { apiProblem } from '../http/api-error.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';
import type { RowFault } from '../faults/row-faults.ts';
import { integerBetween, randomFrom } from '../random.ts';
import type { Random } from '../random.ts';
import type { ChatBody } from './chat-body.ts';
import { imagesOf } from './chat-body.ts';
import { checkChatBody } from './check-chat-body.ts';
import { pictureSentences } from './picture-sentences.ts';
import type { PictureInspector } from './pictures/picture-inspector.ts';
import { materialOf } from './prompt-material.ts';
import type { PromptMaterial } from './prompt-material.ts';
import { promptTokens, textTokens } from './prompt-tokens.ts';
import { UnsatisfiableSchemaError } from './schema/resolve-schema.ts';
import { schemaAnswer } from './schema/schema-answer.ts';
import { shownSchema } from './shown-json.ts';
import { textAnswer } from './text-answer.ts';

export type Choice = { content: string | null; refusal: string | null; finishReason: 'stop' | 'length' };

export type Answer =
  | { ok: true; model: string; choices: readonly Choice[]; promptTokens: number; completionTokens: number }
  | { ok: false; problem: ApiProblem };

/** Answers depend on the seed and the body only; `fault` is what is done to one on its way. */
export type AnswerMaker = (body: Record<string, unknown>, seed: number, fault: RowFault | null) => Promise<Answer>;

export const createAnswerMaker = (inspector: PictureInspector): AnswerMaker => {
  const answer = answerWith(inspector);
  return async (body, seed, fault) => {
    try {
      return await answer(body, seed, fault);
    } catch (error) {
      // The stack ends in documents that are nested thousands of levels deep.
      if (!(error instanceof RangeError)) throw error;
      return { ok: false, problem: apiProblem(HTTP_ERRORS.tooDeep, HTTP_ERRORS.tooDeep.message()) };
    }
  };
};

const answerWith =
  (inspector: PictureInspector): AnswerMaker =>
  async (unchecked, seed, fault) => {
    const problem = checkChatBody(unchecked);
    if (problem !== null) return { ok: false, problem };
    const body = unchecked as ChatBody;
    const images = imagesOf(body);
    const pictures = images.length === 0 ? [] : await pictureSentences(images, inspector);
    if (pictures === null) {
      return { ok: false, problem: apiProblem(HTTP_ERRORS.unsupportedImage, HTTP_ERRORS.unsupportedImage.message()) };
    }
    const random = randomFrom(`${seed} ${JSON.stringify(body)}`);
    const material = materialOf(body, pictures);
    try {
      const choices = Array.from({ length: body.n ?? 1 }, () => makeChoice(body, random, material, fault));
      const completionTokens = choices.reduce((sum, choice) => sum + tokensOf(choice), 0);
      return { ok: true, model: body.model, choices, promptTokens: promptTokens(body), completionTokens };
    } catch (error) {
      if (!(error instanceof UnsatisfiableSchemaError)) throw error;
      const name = body.response_format?.type === 'json_schema' ? body.response_format.json_schema.name : '';
      const message = HTTP_ERRORS.invalidSchema.message(name, '', error.message);
      return { ok: false, problem: apiProblem(HTTP_ERRORS.invalidSchema, message, 'response_format') };
    }
  };

const makeChoice = (body: ChatBody, random: Random, material: PromptMaterial, fault: RowFault | null): Choice => {
  if (fault?.kind === 'refused') {
    return { content: null, refusal: "I'm sorry, but I can't help with that request.", finishReason: 'stop' };
  }
  const content = contentFor(body, random, material);
  const most = Math.min(
    body.max_completion_tokens ?? Number.POSITIVE_INFINITY,
    body.max_tokens ?? Number.POSITIVE_INFINITY,
    fault?.kind === 'truncated' ? integerBetween(random, 1, Math.max(1, textTokens(content.length) - 1)) : Infinity,
  );
  return textTokens(content.length) > most || fault?.kind === 'truncated'
    ? { content: cutToTokens(content, most), refusal: null, finishReason: 'length' }
    : { content, refusal: null, finishReason: 'stop' };
};

const contentFor = (body: ChatBody, random: Random, material: PromptMaterial): string => {
  const format = body.response_format;
  if (format?.type === 'json_schema') return JSON.stringify(schemaAnswer(format.json_schema.schema, random, material));
  if (format?.type === 'json_object') return JSON.stringify({ answer: textAnswer(random, material) });
  const shown = shownSchema(body);
  return shown === null ? textAnswer(random, material) : JSON.stringify(schemaAnswer(shown, random, material));
};

/** Also cuts an answer that is shorter than it may be, so that a truncated one is never whole. */
const cutToTokens = (content: string, tokens: number): string => {
  const cut = content.slice(0, Math.min(tokens * 4, content.length - 1));
  // No half of a character outside the basic plane at the end.
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
};

const tokensOf = ({ content, refusal }: Choice): number => textTokens((content ?? refusal ?? '').length);
