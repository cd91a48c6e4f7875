import { ProviderError } from '@batchmill/providers';
import type { BatchProvider, CreateBatchResult } from '@batchmill/providers';
import type { Faults } from './faults.ts';
import type { ProviderWorld } from './provider-world.ts';
import type { Actor, Scheduler } from './scheduler.ts';

export const PROVIDER = 'simulator';

/** How long a caller waits for the answer of its POST (ms); the request itself may be on its way for longer. */
const POST_TIMEOUT_MS = 72_000;
const NEWLINE = 0x0a;

/** The provider as one process reaches it: calls fail, answers get lost, a POST may arrive when its sender is gone. */
export const providerOf = (
  world: ProviderWorld,
  scheduler: Scheduler,
  actor: Actor,
  faults: () => Faults | null,
  tokenLimit: () => number | null,
): BatchProvider => {
  const { random } = scheduler;
  const broken = (label: string): ProviderError => {
    scheduler.tell(actor, `${label} FAILS`);
    return new ProviderError(label, { kind: 'unavailable', code: 'broken', retryable: true });
  };
  const step = <Result>(label: string, perform: () => Result): Promise<Result> =>
    scheduler.step(actor, label, () => {
      if (!random.chance(faults()?.providerFails ?? 0)) return perform();
      if (random.chance(0.5)) perform();
      throw broken(label);
    });

  return {
    name: PROVIDER,
    account: 'account00000',
    capabilities: { tag: true, list: true, fence: true, cancel: true, partialOnCancel: true },
    limits: {
      maxRequests: 50_000,
      maxBytes: 1e8,
      enqueuedTokens: tokenLimit,
      customIdPattern: /^[\w-]{1,64}$/,
      oneModelPerBatch: true,
    },
    uploadFile: async ({ name, bytes, body }) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body()) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      if (content.byteLength !== bytes) throw new Error(`${content.byteLength} bytes uploaded, ${bytes} announced`);
      const fileId = await step(`upload ${name}`, () => world.addFile(content));
      scheduler.tell(actor, `has uploaded ${fileId}`);
      return { fileId, bytes };
    },
    createBatch: async ({ fileId, metadata }) => {
      // the moment of sending: until then a crash or a freeze keeps the request here
      const answer = await scheduler.step(actor, `POST batch of ${fileId} leaves`, () => {
        const { slowPost = 0, slowPostMs = 0, lostPostReply = 0 } = faults() ?? {};
        const isLost = random.chance(lostPostReply);
        const travelMs = random.chance(slowPost) ? random.between(0, slowPostMs) : random.between(0, 500);
        return new Promise<CreateBatchResult>((resolve) => {
          scheduler.after(travelMs, `POST batch of ${fileId} arrives`, () => {
            const result = world.create(fileId, metadata);
            scheduler.tell(
              null,
              `answers ${result.kind === 'accepted' ? result.batch.id : result.kind}${isLost ? ' (lost)' : ''}`,
            );
            if (!isLost && travelMs < POST_TIMEOUT_MS) resolve(result);
          });
          const patienceMs = isLost && random.chance(0.5) ? travelMs : POST_TIMEOUT_MS;
          scheduler.after(patienceMs, '', () => resolve({ kind: 'ambiguous', cause: new Error('no answer') }));
        });
      });
      // the answer waits for its process, which may be dead or asleep
      return scheduler.step(actor, 'POST is answered', () => answer);
    },
    listBatches: async function* listBatches({ createdAfterMs = 0 } = {}) {
      yield* await step('list batches', () => world.listed(createdAfterMs));
    },
    getBatch: (id) => step(`get ${id}`, () => world.get(id)),
    cancelBatch: (id) => step(`cancel ${id}`, () => world.cancel(id)),
    fileInfo: (fileId) =>
      step(`info ${fileId}`, () => {
        const file = world.files.get(fileId);
        if (file === undefined || file.deleted) return null;
        return { bytes: world.manners.knowsSizes ? file.bytes.byteLength : null };
      }),
    openFile: async (fileId) => {
      const bytes = await step(`open ${fileId}`, () => {
        const file = world.files.get(fileId);
        if (file === undefined || file.deleted) return null;
        // who gives no sizes may at least not be cut twice at the same place: nobody could tell
        if (!random.chance(faults()?.cutDownload ?? 0) || (!world.manners.knowsSizes && file.cuts > 0))
          return file.bytes;
        file.cuts += 1;
        scheduler.tell(actor, `download of ${fileId} is cut`);
        return cutAtLineEnd(file.bytes, random.next());
      });
      return bytes === null ? null : once(bytes);
    },
    deleteFile: (fileId) =>
      step(`delete ${fileId}`, () => {
        const file = world.files.get(fileId);
        if (file === undefined || file.deleted) return 'absent';
        file.deleted = true;
        return 'deleted';
      }),
    check: async () => ({ ok: true }),
  };
};

const cutAtLineEnd = (bytes: Uint8Array, share: number): Uint8Array =>
  bytes.subarray(0, bytes.lastIndexOf(NEWLINE, Math.floor((bytes.byteLength - 2) * share)) + 1);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}
