import { beforeAll, describe, expect, it } from 'vitest';
import { ObjectNotFoundError, StoreCorruptionError } from '../errors.ts';
import { bytesOf, collected, patternOf, sha256Of, textOf } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

export const describeReading = (store: StoreUnderTest): void => {
  describe('reading', () => {
    const bytes = patternOf(600_000);
    const record = { bytes: bytes.byteLength, sha256: sha256Of(bytes) };
    beforeAll(async () => {
      await store().putBlob('reading/blob', bytes);
    });

    it('gives any range, with the end left out and cut at the size', async () => {
      const ranges: [number | undefined, number | undefined][] = [
        [undefined, undefined],
        [0, 1],
        [0, 0],
        [5, 4],
        [1, 300_000],
        [599_999, undefined],
        [599_999, 700_000],
        [600_000, undefined],
        [700_000, 800_000],
      ];
      for (const [start, end] of ranges) {
        const options = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
        const expected = bytes.subarray(start, end);
        const found = await collected(store().read('reading/blob', options));
        expect([start, end, found.equals(expected)]).toEqual([start, end, true]);
      }
    });

    it('passes bytes that are as the record says', async () => {
      expect(await collected(store().read('reading/blob', { expect: record }))).toHaveLength(600_000);
      const part = await collected(store().read('reading/blob', { start: 100, end: 200, expect: record }));
      expect(part.equals(bytes.subarray(100, 200))).toBe(true);
    });

    it('throws StoreCorruptionError when size or hash differ from the record', async () => {
      const wrongSize = { ...record, bytes: 600_001 };
      const wrongHash = { ...record, sha256: sha256Of(bytesOf('other')) };
      await expect(collected(store().read('reading/blob', { expect: wrongSize }))).rejects.toThrow(
        StoreCorruptionError,
      );
      await expect(collected(store().read('reading/blob', { expect: wrongHash }))).rejects.toThrow(
        StoreCorruptionError,
      );
      await expect(collected(store().read('reading/blob', { start: 600_000, expect: wrongSize }))).rejects.toThrow(
        StoreCorruptionError,
      );
    });

    it('throws ObjectNotFoundError for what is not there; get and head answer null', async () => {
      await expect(collected(store().read('reading/absent'))).rejects.toThrow(ObjectNotFoundError);
      await expect(collected(store().read('reading/absent', { start: 5 }))).rejects.toThrow(ObjectNotFoundError);
      expect(await store().get('reading/absent')).toBeNull();
      expect(await store().head('reading/absent')).toBeNull();
      expect(await store().head('reading')).toBeNull();
    });

    it('may be left early, many times, without using up connections or files', async () => {
      for (let round = 0; round < 150; round += 1) {
        for await (const chunk of store().read('reading/blob')) {
          expect(chunk.byteLength).toBeGreaterThan(0);
          break;
        }
      }
      expect(await collected(store().read('reading/blob'))).toHaveLength(600_000);
    });

    it('stops with the reason of the signal, before the first byte and between chunks', async () => {
      await expect(
        collected(store().read('reading/blob', { signal: AbortSignal.abort(new Error('too late')) })),
      ).rejects.toThrow('too late');
      await store().putBlob('reading/large', patternOf(8_000_000));
      const controller = new AbortController();
      const reading = async (): Promise<void> => {
        for await (const _ of store().read('reading/large', { signal: controller.signal })) {
          controller.abort(new Error('changed my mind'));
        }
      };
      await expect(reading()).rejects.toThrow('changed my mind');
    });

    it('tells size and time of an object', async () => {
      await store().putIfAbsent('reading/info', bytesOf('12345'));
      const info = await store().head('reading/info');
      expect(info).toMatchObject({ key: 'reading/info', bytes: 5 });
      expect(Math.abs((info?.modifiedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await textOf(store(), 'reading/info')).toBe('12345');
    });
  });
};
