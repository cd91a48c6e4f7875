import { describe, expect, it } from 'vitest';
import { bytesOf, chunked, collected, patternOf, sha256Of, textOf } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** More than one part of a multipart upload. */
const SEVERAL_PARTS = 18 * 1024 * 1024 + 5;

export const describeWriting = (store: StoreUnderTest): void => {
  describe('a record', () => {
    it('is written once: other bytes are refused and the first stay', async () => {
      expect(await store().putIfAbsent('records/once.json', bytesOf('first'))).toEqual({ created: true });
      expect(await store().putIfAbsent('records/once.json', bytesOf('second'))).toEqual({ created: false });
      expect(await textOf(store(), 'records/once.json')).toBe('first');
    });

    it('is recognised as ours when the same bytes are written again', async () => {
      await store().putIfAbsent('records/again.json', bytesOf('same'));
      expect(await store().putIfAbsent('records/again.json', bytesOf('same'))).toEqual({ created: true });
    });

    it('has exactly one winner among sixteen writers, and keeps the bytes of the winner', async () => {
      const texts = Array.from({ length: 16 }, (_, writer) => `writer ${writer}`);
      const results = await Promise.all(texts.map((text) => store().putIfAbsent('records/race.json', bytesOf(text))));
      const winners = texts.filter((_, writer) => results[writer]?.created);
      expect(winners).toHaveLength(1);
      expect(await textOf(store(), 'records/race.json')).toBe(winners[0]);
    });

    it('may be empty', async () => {
      expect(await store().putIfAbsent('records/empty', new Uint8Array())).toEqual({ created: true });
      expect(await textOf(store(), 'records/empty')).toBe('');
    });

    it('may be written again after it was deleted', async () => {
      await store().putIfAbsent('records/deleted.json', bytesOf('one'));
      await store().delete('records/deleted.json');
      expect(await store().get('records/deleted.json')).toBeNull();
      expect(await store().putIfAbsent('records/deleted.json', bytesOf('two'))).toEqual({ created: true });
    });

    it('is refused above 256 KiB, and nothing is written', async () => {
      await expect(store().putIfAbsent('records/large', new Uint8Array(256 * 1024 + 1))).rejects.toThrow('262144');
      expect(await store().head('records/large')).toBeNull();
    });

    it('is refused under a key outside the grammar', async () => {
      const bad = [
        '',
        '/a',
        'a/',
        'a//b',
        '../a',
        'a/../b',
        './a',
        '.tmp/a',
        'a/.b',
        'A',
        'a b',
        'a\nb',
        'ä',
        'a%2fb',
        'a\\b',
      ];
      for (const key of [...bad, 'a'.repeat(201)]) {
        await expect(store().putIfAbsent(key, bytesOf('x'))).rejects.toThrow(JSON.stringify(key));
      }
    });
  });

  describe('a blob', () => {
    it('is stored from a stream of small chunks, with its length and sha256', async () => {
      const bytes = patternOf(70_001);
      const stored = await store().putBlob('blobs/small', chunked(bytes, 97));
      expect(stored).toEqual({ key: 'blobs/small', bytes: 70_001, sha256: sha256Of(bytes) });
      expect((await collected(store().read('blobs/small'))).equals(bytes)).toBe(true);
    });

    it('is stored from bytes, also from none', async () => {
      await store().putBlob('blobs/bytes', bytesOf('hello'));
      expect(await textOf(store(), 'blobs/bytes')).toBe('hello');
      const empty = await store().putBlob('blobs/empty', new Uint8Array());
      expect(empty).toMatchObject({ bytes: 0, sha256: sha256Of(new Uint8Array()) });
      expect(await collected(store().read('blobs/empty', { expect: empty }))).toHaveLength(0);
    });

    it('of many megabytes comes back byte for byte', async () => {
      const bytes = patternOf(SEVERAL_PARTS);
      const stored = await store().putBlob('blobs/parts', chunked(bytes, 1_000_003));
      expect(stored).toEqual({ key: 'blobs/parts', bytes: SEVERAL_PARTS, sha256: sha256Of(bytes) });
      expect((await collected(store().read('blobs/parts', { expect: stored }))).equals(bytes)).toBe(true);
    });

    it('is not visible until it is complete', async () => {
      const seen: unknown[] = [];
      async function* watching(): AsyncIterable<Uint8Array> {
        for (const chunk of [patternOf(1_000_000), patternOf(9_000_000)]) {
          yield chunk;
          seen.push(await store().head('blobs/growing'));
        }
      }
      await store().putBlob('blobs/growing', watching());
      expect(seen).toEqual([null, null]);
      expect(await store().head('blobs/growing')).toMatchObject({ bytes: 10_000_000 });
    });

    it('leaves nothing when its source fails, whose error comes through', async () => {
      for (const length of [10, 9_000_000]) {
        async function* failing(): AsyncIterable<Uint8Array> {
          yield patternOf(length);
          throw new Error('the source broke');
        }
        await expect(store().putBlob('blobs/failed', failing())).rejects.toThrow('the source broke');
        expect(await store().head('blobs/failed')).toBeNull();
      }
    });
  });

  it('deleting what is not there is no error', async () => {
    await store().delete('records/never-written');
  });
};
