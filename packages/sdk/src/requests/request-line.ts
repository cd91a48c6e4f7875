import type { Json } from '@batchmill/contracts';

/** One line of a batch's input file. */
export type BatchRequest = {
  custom_id: string;
  method: 'POST';
  /** Path of the provider's API: `/v1/chat/completions`. */
  url: string;
  body: { model: string } & Record<string, Json>;
};

/** What is not asked, and why. */
export type NotAsked = {
  /** `skipped`: its `when` is false. `invalid`: no request can be made of it. */
  outcome: 'skipped' | 'invalid';
  /** Key of the row; null where it has none. */
  key: string | null;
  /** Number of the row or line, from 1. */
  line: number;
  /** `code` is stable. */
  reason: { code: string; message: string };
};

/** An item of `makeRequests` that can be sent. */
export const isRequest = (item: BatchRequest | NotAsked): item is BatchRequest => 'custom_id' in item;
