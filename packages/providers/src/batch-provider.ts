import type { BatchError, RefusalKind } from '@batchmill/contracts';

/** What one batch may hold. */
export type ProviderLimits = {
  /** Lines in one input file. */
  maxRequests: number;
  /** Bytes of one input file. */
  maxBytes: number;
  /** Prompt tokens that may wait at the provider for this model; null where the limit is not known. */
  enqueuedTokens(model: string): number | null;
  customIdPattern: RegExp;
  oneModelPerBatch: boolean;
};

export type ProviderCapabilities = {
  /** A batch carries our metadata. */
  tag: boolean;
  /** Batches can be listed. */
  list: boolean;
  /** Deleting the input file keeps a late POST from becoming a paid batch. */
  fence: boolean;
  cancel: boolean;
  /** A cancelled batch hands over what was answered before. */
  partialOnCancel: boolean;
};

/** One batch at the provider, as it stands now. Times in ms since 1970. */
export type ProviderBatch = {
  id: string;
  inputFileId: string;
  /** `open` until the batch is final. */
  state: 'open' | 'completed' | 'failed' | 'expired' | 'cancelled';
  /** The provider's own word, for example `finalizing`. */
  providerStatus: string;
  outputFileId: string | null;
  errorFileId: string | null;
  /** Every validation error the provider names, in its order: up to one per line of the input file. */
  errors: BatchError[];
  errorsTotal: number;
  createdAtMs: number | null;
  endedAtMs: number | null;
  metadata: Record<string, string>;
  /** Not to be trusted for accounting: the provider's counts and its files may differ. */
  requestCounts: { total: number; completed: number; failed: number };
};

/** `limitTokens`: with `pool-full`, the model's limit of waiting tokens where the provider names it. */
export type Refusal = {
  kind: RefusalKind;
  code: string;
  message: string;
  retryAfterMs?: number;
  limitTokens?: number;
};

/**
 * What became of one POST. `refused`: the provider has certainly not taken it. `ambiguous`: nobody knows; it must never
 * be sent again, only resolved by looking for the batch.
 */
export type CreateBatchResult =
  | { kind: 'accepted'; batch: ProviderBatch }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'ambiguous'; cause: Error };

export type CheckResult =
  | { ok: true }
  /** `mayPass`: nothing has to be corrected, the provider may be back in a moment. */
  | { ok: false; code: string; message: string; remedy: string; mayPass?: boolean };

/** A provider with a batch API. Every call but `createBatch` and `check` throws `ProviderError`. */
export interface BatchProvider {
  /** As in the pipeline: `openai`, `simulator`. */
  readonly name: string;
  /** Stable id of the account the key belongs to: 12 hex digits, never the key. */
  readonly account: string;
  readonly capabilities: ProviderCapabilities;
  readonly limits: ProviderLimits;
  /** Streams a file of `bytes` bytes to the provider. Sends once; may be called again, each call makes a new file. */
  uploadFile(options: {
    name: string;
    bytes: number;
    body: () => AsyncIterable<Uint8Array>;
    signal?: AbortSignal | undefined;
  }): Promise<{ fileId: string; bytes: number }>;
  /** Exactly one POST over a connection of its own; never throws. */
  createBatch(options: {
    fileId: string;
    endpoint: string;
    metadata: Record<string, string>;
    signal?: AbortSignal | undefined;
  }): Promise<CreateBatchResult>;
  /** Newest first; pages are fetched as they are read. Batches created before `createdAfterMs` are left out. */
  listBatches(options?: { createdAfterMs?: number }): AsyncIterable<ProviderBatch>;
  getBatch(id: string): Promise<ProviderBatch | null>;
  cancelBatch(id: string): Promise<'sent' | 'already-final' | 'not-found'>;
  /** null = there is no such file; `bytes` null = the provider gives no size. */
  fileInfo(fileId: string): Promise<{ bytes: number | null } | null>;
  /** The file's bytes as they come; null = there is no such file. A connection cut on the way throws. */
  openFile(fileId: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
  deleteFile(fileId: string): Promise<'deleted' | 'absent'>;
  /** Asks for the list of models: is the key good, can the provider be reached? Never throws. */
  check(): Promise<CheckResult>;
}
