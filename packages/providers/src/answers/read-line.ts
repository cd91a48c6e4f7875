import type { Usage } from '@batchmill/contracts';

/** One line of a provider's output or error file, understood. */
export type ReadLine = { customId: string } & ReadAnswer;

/** What came back for one request. */
export type ReadAnswer =
  | { kind: 'answer'; text: string; finishReason: string; usage: Usage }
  /** The model would not, or a filter stopped it. `message` is all it said: some models put a whole answer there. */
  | { kind: 'refused'; message: string; usage: Usage }
  /** The answer ended at the limit of its length. */
  | { kind: 'truncated'; text: string; usage: Usage }
  | LineError;

/** Of two lines for one request the one that is worth more counts: an answer, then a cut or refused one, then an error. */
export const worthOf = ({ kind }: Pick<ReadAnswer, 'kind'>): number => WORTH[kind];

const WORTH: Record<ReadAnswer['kind'], number> = { answer: 2, truncated: 1, refused: 1, error: 0 };

export type LineError = {
  kind: 'error';
  outcome: 'failed' | 'expired' | 'cancelled' | 'invalid';
  code: string;
  message: string;
  /** The same request may succeed when asked again. */
  retryable: boolean;
  /** HTTP status of this one request, where there was one. */
  status?: number;
  /** Set where tokens were used all the same. */
  usage?: Usage;
};

/** A line from which not even the request can be told. */
export type UnparsableLine = { kind: 'unparsable'; message: string };
