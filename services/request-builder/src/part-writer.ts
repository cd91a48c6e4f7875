import type { AttemptRef, Generate, Json, PartPlan } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { costOf, createTokenEstimator, hasRoom } from '@batchmill/providers';
import type { BatchHeld } from '@batchmill/providers';
import { openLineBlob } from './line-blob.ts';
import type { LineBlob } from './line-blob.ts';
import type { PartLimits } from './part-limits.ts';

/** One request that would not fit into any batch of this provider. */
export class RequestTooLargeError extends Error {}

/** One file per model is open: a template may name a model per row. */
const OPEN_AT_MOST = 64;

type OpenPart = { blob: LineBlob; model: string; tokens: number; outputTokens: number };
type Body = { model: string } & Record<string, Json>;

/** Cuts requests into parts: one model each, never above the provider's lines, bytes or enqueued tokens. */
export class PartWriter {
  readonly #ledger: Ledger;
  readonly #ref: AttemptRef;
  readonly #provider: string;
  readonly #generate: Generate;
  readonly #limitsOf: (model: string) => PartLimits;
  readonly #limits = new Map<string, PartLimits>();
  readonly #open = new Map<string, OpenPart>();
  readonly #estimators = new Map<string, ReturnType<typeof createTokenEstimator>>();
  readonly #finished: PartPlan[] = [];

  constructor(
    ledger: Ledger,
    ref: AttemptRef,
    provider: string,
    generate: Generate,
    limitsOf: (model: string) => PartLimits,
  ) {
    this.#ledger = ledger;
    this.#ref = ref;
    this.#provider = provider;
    this.#generate = generate;
    this.#limitsOf = limitsOf;
  }

  async add(customId: string, body: Body): Promise<void> {
    const { model } = body;
    const line = Buffer.from(
      `${JSON.stringify({ custom_id: customId, method: 'POST', url: this.#generate.endpoint, body })}\n`,
    );
    const limits = this.#limits.get(model) ?? this.#limitsOf(model);
    this.#limits.set(model, limits);
    if (line.byteLength > limits.line) {
      throw new RequestTooLargeError(`the request has ${line.byteLength} bytes; a batch takes at most ${limits.line}`);
    }
    const tokens = this.#estimator(model)(body);
    if (limits.requestTokens !== null && tokens > limits.requestTokens) {
      throw new RequestTooLargeError(
        `the request has about ${tokens} tokens; at most ${limits.requestTokens} may wait for ${model} at ${this.#provider}`,
      );
    }
    let part = this.#open.get(model);
    if (part !== undefined && !hasRoom(heldBy(part), { bytes: line.byteLength, tokens }, limits)) {
      await this.#finish(part);
      part = undefined;
    }
    if (part === undefined) {
      const [oldest] = this.#open.values();
      if (oldest !== undefined && this.#open.size >= OPEN_AT_MOST) await this.#finish(oldest);
      const name = `${this.#ref.stage}-a${this.#ref.attempt}-requests`;
      part = { blob: openLineBlob(this.#ledger, this.#ref, name), model, tokens: 0, outputTokens: 0 };
      this.#open.set(model, part);
    }
    part.tokens += tokens;
    part.outputTokens += expectedOutputTokens(body);
    await part.blob.push(line);
  }

  /** Ends the open parts; answers all parts in the order in which they were ended. */
  async end(): Promise<PartPlan[]> {
    for (const part of this.#open.values()) await this.#finish(part);
    return this.#finished;
  }

  /** Gives up what is not ended, so that a failure in the middle leaves no open file behind. */
  async abort(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ blob }) => blob.abort()));
    this.#open.clear();
  }

  #estimator(model: string): (body: Body) => number {
    let estimator = this.#estimators.get(model);
    if (estimator === undefined) {
      estimator = createTokenEstimator(model);
      this.#estimators.set(model, estimator);
    }
    return estimator.estimate;
  }

  async #finish(part: OpenPart): Promise<void> {
    const usage = {
      inputTokens: part.tokens,
      cachedInputTokens: 0,
      outputTokens: part.outputTokens,
      reasoningTokens: 0,
    };
    this.#open.delete(part.model);
    this.#finished.push({
      requests: await part.blob.finish(),
      estimatedTokens: part.tokens,
      estimatedCost: costOf(usage, part.model, this.#generate.mode === 'live' ? 'realtime' : 'batch'),
      provider: this.#provider,
      model: part.model,
      endpoint: this.#generate.endpoint,
      ...(this.#generate.mode === 'live' ? { mode: 'live' as const } : {}),
    });
  }
}

const heldBy = ({ blob, tokens }: OpenPart): BatchHeld => ({ requests: blob.lines, bytes: blob.bytes, tokens });

const UNLIMITED_OUTPUT_TOKENS = 500;

const expectedOutputTokens = (body: Body): number => {
  const limit = body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens;
  return typeof limit === 'number' ? limit : UNLIMITED_OUTPUT_TOKENS;
};
