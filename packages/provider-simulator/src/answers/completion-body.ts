import { SIMULATED_FINGERPRINT } from '@batchmill/contracts';
import type { Answer } from './answer-maker.ts';

/** The `chat.completion` object on the wire. */
export const completionBody = (
  answer: Extract<Answer, { ok: true }>,
  id: string,
  createdMs: number,
): Record<string, unknown> => ({
  id,
  object: 'chat.completion',
  created: Math.floor(createdMs / 1000),
  model: answer.model,
  choices: answer.choices.map(({ content, refusal, finishReason }, index) => ({
    index,
    message: { role: 'assistant', content, refusal, annotations: [] },
    logprobs: null,
    finish_reason: finishReason,
  })),
  usage: {
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.completionTokens,
    total_tokens: answer.promptTokens + answer.completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  },
  service_tier: 'default',
  system_fingerprint: SIMULATED_FINGERPRINT,
});
