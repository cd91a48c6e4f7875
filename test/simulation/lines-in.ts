import type { LineBlobRef } from '@batchmill/contracts';
import type { MemoryStore } from './memory-store.ts';

export const linesIn = <Line>(store: MemoryStore, blob: LineBlobRef | null): Line[] =>
  Buffer.from(store.blobs.get(blob?.key ?? '')?.bytes ?? [])
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
