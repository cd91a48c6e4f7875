import type { Json } from '@batchmill/contracts';

export type ParsedAnswer = { ok: true; value: Json } | { ok: false; message: string };

/** The JSON a model gave: alone, or inside one code fence, which models add even where they are told not to. */
export const parseJsonAnswer = (text: string): ParsedAnswer => {
  const inner = withoutFence(text.trim());
  try {
    return { ok: true, value: JSON.parse(inner) as Json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: inner === '' ? 'the answer is empty' : `the answer is not JSON: ${reason}` };
  }
};

const FENCE = /^```[a-z0-9]*\s*\n?([\s\S]*?)\s*```$/i;

const withoutFence = (text: string): string => FENCE.exec(text)?.[1] ?? text;
