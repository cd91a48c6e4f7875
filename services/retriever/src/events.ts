import type { PartRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const bytes = metrics.counter('batchmill_retrieved_bytes_total', 'Bytes of provider files stored');
  const cut = metrics.counter('batchmill_cut_downloads_total', 'Downloads that did not match what the provider says');
  return {
    stored(ref: PartRef, size: number): void {
      bytes.inc(size);
      log.info({ ...ref, bytes: size }, 'results stored');
    },
    gone(ref: PartRef, fileId: string): void {
      log.error({ ...ref, fileId }, 'the provider no longer has a file of results; its rows count as missing');
    },
    cut(ref: PartRef, fileId: string, got: number, expected: number | null): void {
      cut.inc(1);
      log.warn({ ...ref, fileId, got, expected }, 'a download was cut; it will be fetched again');
    },
  };
};
