import type { FlowSettings } from '@batchmill/flow';
import type { ObjectStore } from '@batchmill/object-store';
import type { BatchProvider } from '@batchmill/providers';

/** Ports put in place of the right ones, for the tests that take a guard away. */
export type Guards = {
  store?: (store: ObjectStore) => ObjectStore;
  provider?: (provider: BatchProvider) => BatchProvider;
  settings?: Partial<FlowSettings>;
};

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Each guard of a payment, replaced by one that does nothing. */
export const WITHOUT = {
  /** Deleting the input file is answered, and not done. */
  fence: { provider: (provider) => ({ ...provider, deleteFile: async () => 'deleted' as const }) },
  /** The list is believed at once after the fence. */
  'fence wait': { settings: { settleMs: 0 } },
  /** Everybody who claims a submission is told that the claim is theirs. */
  claim: {
    store: (store) => ({
      ...store,
      putIfAbsent: async (key, body) => {
        const result = await store.putIfAbsent(key, body);
        return key.endsWith('/intent.json') ? { created: true } : result;
      },
    }),
  },
  /** Every row of an attempt is said to be asked again, as soon as one is. */
  bitmap: {
    store: (store) => ({
      ...store,
      get: async (key) => {
        const bytes = await store.get(key);
        if (bytes === null || !key.endsWith('/outcomes.json')) return bytes;
        const outcomes = JSON.parse(decoder.decode(bytes)) as { again: { rows: number; bitmap: string } };
        if (outcomes.again.rows === 0) return bytes;
        const again = { ...outcomes.again, bitmap: '/w==' };
        return encoder.encode(JSON.stringify({ ...outcomes, again }));
      },
    }),
  },
  /** The list shows nothing that could be adopted. */
  adopt: {
    provider: (provider) => ({
      ...provider,
      listBatches: async function* listBatches() {
        // as if nothing of ours were there
      },
    }),
  },
  /** The size of a file is whatever has come of it. */
  'download size check': {
    provider: (provider) => {
      const held = new Map<string, Uint8Array[]>();
      return {
        ...provider,
        fileInfo: async (fileId) => {
          const chunks: Uint8Array[] = [];
          const stream = await provider.openFile(fileId);
          if (stream === null) return null;
          for await (const chunk of stream) chunks.push(chunk);
          held.set(fileId, chunks);
          return { bytes: chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0) };
        },
        openFile: async (fileId) => streamOf(held.get(fileId) ?? []),
      };
    },
  },
} satisfies Record<string, Guards>;

export type Guard = keyof typeof WITHOUT;

async function* streamOf(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
