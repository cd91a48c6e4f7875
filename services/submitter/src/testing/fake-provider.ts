import type { BatchProvider, CreateBatchResult, ProviderBatch, Refusal } from '@batchmill/providers';

/**
 * What happens to a POST. `arrived`: taken, but the answer is lost. `lost`: it never arrives. `late`: the answer is lost
 * and it arrives only when the test says so.
 */
export type PostFate = { kind: 'accepted' | 'arrived' | 'lost' | 'late' } | { kind: 'refused'; refusal: Refusal };

export type FakeProvider = BatchProvider & {
  readonly files: Map<string, string>;
  readonly batches: ProviderBatch[];
  /** File ids of all POSTs, in order. */
  readonly posts: string[];
  readonly cancels: string[];
  /** What is to happen to the next POSTs; afterwards they are accepted. */
  fates: PostFate[];
  /** Batches the list does not show yet. */
  listLag: number;
  onUpload: () => Promise<void>;
  onPost: () => Promise<void>;
  lists: number;
  /** POSTs on their way arrive now. */
  deliver(): void;
};

export const fakeProvider = (): FakeProvider => {
  const onTheWay: string[] = [];
  let fileCount = 0;
  const arrive = (fileId: string): ProviderBatch => {
    // a batch whose input file is gone fails at once and costs nothing
    const isThere = provider.files.has(fileId);
    const batch: ProviderBatch = {
      id: `batch-${provider.batches.length + 1}`,
      inputFileId: fileId,
      state: isThere ? 'open' : 'failed',
      providerStatus: isThere ? 'in_progress' : 'failed',
      outputFileId: null,
      errorFileId: null,
      errors: isThere ? [] : [{ code: 'file_not_found', message: 'no such file', line: null, param: 'file_id' }],
      errorsTotal: 0,
      createdAtMs: 0,
      endedAtMs: null,
      metadata: {},
      requestCounts: { total: 0, completed: 0, failed: 0 },
    };
    provider.batches.push(batch);
    return batch;
  };
  const provider: FakeProvider = {
    name: 'openai',
    account: '0'.repeat(12),
    capabilities: { tag: true, list: true, fence: true, cancel: true, partialOnCancel: true },
    limits: {
      maxRequests: 50_000,
      maxBytes: 2e8,
      enqueuedTokens: () => null,
      customIdPattern: /./,
      oneModelPerBatch: true,
    },
    files: new Map(),
    batches: [],
    posts: [],
    cancels: [],
    fates: [],
    listLag: 0,
    lists: 0,
    onUpload: async () => {},
    onPost: async () => {},
    deliver: () => onTheWay.splice(0).forEach(arrive),
    async uploadFile({ body, bytes }) {
      await provider.onUpload();
      const text = (await Array.fromAsync(body())).map((chunk) => Buffer.from(chunk).toString()).join('');
      if (Buffer.byteLength(text) !== bytes)
        throw new Error(`${bytes} bytes announced, ${Buffer.byteLength(text)} sent`);
      fileCount += 1;
      provider.files.set(`file-${fileCount}`, text);
      return { fileId: `file-${fileCount}`, bytes };
    },
    async createBatch({ fileId }): Promise<CreateBatchResult> {
      provider.posts.push(fileId);
      const fate = provider.fates.shift() ?? { kind: 'accepted' };
      await provider.onPost();
      if (fate.kind === 'refused') return fate;
      if (fate.kind === 'late') onTheWay.push(fileId);
      const batch = fate.kind === 'lost' || fate.kind === 'late' ? null : arrive(fileId);
      if (fate.kind === 'accepted' && batch !== null) return { kind: 'accepted', batch };
      return { kind: 'ambiguous', cause: new Error('the answer is lost') };
    },
    async *listBatches() {
      provider.lists += 1;
      yield* provider.batches.slice(0, Math.max(0, provider.batches.length - provider.listLag)).toReversed();
    },
    getBatch: async (id) => provider.batches.find((batch) => batch.id === id) ?? null,
    async cancelBatch(id) {
      provider.cancels.push(id);
      return 'sent';
    },
    fileInfo: async () => null,
    openFile: async () => null,
    deleteFile: async (id) => (provider.files.delete(id) ? 'deleted' : 'absent'),
    check: async () => ({ ok: true }),
  };
  return provider;
};
