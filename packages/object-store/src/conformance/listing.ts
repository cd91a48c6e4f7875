import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import { bytesOf, keysOf } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** In byte order of the whole key: `-` and `.` come before `/`, digits after it, `_` before letters. */
const SORTED = [
  'l/a-b',
  'l/a-b.c',
  'l/a.b',
  'l/a/b-c/d',
  'l/a/b.json',
  'l/a/b/c',
  'l/a0',
  'l/a_b',
  'l/aa',
  'l/b/c/d/e',
  'l/c',
];
const MANY = 2_345;

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

export const describeListing = (store: StoreUnderTest): void => {
  describe('listing', () => {
    beforeAll(async () => {
      for (const key of [...SORTED].reverse()) await store().putIfAbsent(key, bytesOf(key));
      await fill(store());
    }, 120_000);

    it('gives keys in ascending byte order of the whole key, with sizes and times of writing', async () => {
      const infos = await all(store().list('l/'));
      expect(infos.map(({ key }) => key)).toEqual(SORTED);
      expect(infos.map(({ bytes }) => bytes)).toEqual(SORTED.map((key) => key.length));
      for (const { modifiedAtMs } of infos) expect(Math.abs(modifiedAtMs - Date.now())).toBeLessThan(120_000);
    });

    it('takes any prefix, also one that ends within a name', async () => {
      for (const prefix of ['l/a', 'l/a/', 'l/a/b', 'l/a-', 'l/b/c/d/e', 'l/nothing', 'nothing/', 'l/a-b']) {
        const expected = SORTED.filter((key) => key.startsWith(prefix));
        expect({ prefix, keys: await keysOf(store().list(prefix)) }).toEqual({ prefix, keys: expected });
      }
    });

    it('goes on after any key, also one that is not there', async () => {
      for (const startAfter of [...SORTED, 'l/', 'l/a', 'l/a/', 'l/a/zzz', 'l/b/c', 'l/zzz', 'a', 'z']) {
        const expected = SORTED.filter((key) => key > startAfter);
        const keys = await keysOf(store().list('l/', { startAfter }));
        expect({ startAfter, keys }).toEqual({ startAfter, keys: expected });
      }
    });

    it('goes over more than two pages without losing or repeating a key', async () => {
      const keys = await keysOf(store().list('many/'));
      expect(keys).toHaveLength(MANY);
      expect(keys).toEqual([...new Set(keys)].sort());
    });

    it('may be left early', async () => {
      for await (const info of store().list('many/')) {
        expect(info.key).toBe('many/000/0000');
        break;
      }
    });

    it('shows an object at once after it was written, and no more once deleted', async () => {
      for (let round = 0; round < 10; round += 1) {
        await store().putIfAbsent(`fresh/${round}`, bytesOf('x'));
        expect(await keysOf(store().list('fresh/'))).toEqual([`fresh/${round}`]);
        await store().delete(`fresh/${round}`);
        expect(await keysOf(store().list('fresh/'))).toEqual([]);
      }
    });

    it('gives the folders under a prefix once each, ascending, and none without objects', async () => {
      expect(await all(store().listPrefixes('l/'))).toEqual(['l/a/', 'l/b/']);
      expect(await all(store().listPrefixes('l/a/'))).toEqual(['l/a/b-c/', 'l/a/b/']);
      expect(await all(store().listPrefixes('l/b/c/d/'))).toEqual([]);
      expect(await all(store().listPrefixes('fresh/'))).toEqual([]);
      expect(await all(store().listPrefixes('nothing/'))).toEqual([]);
      expect(await all(store().listPrefixes(''))).toContain('many/');
    });

    it('goes on after a folder', async () => {
      const folders = await all(store().listPrefixes('many/'));
      expect(folders).toHaveLength(24);
      expect(await all(store().listPrefixes('many/', { startAfter: 'many/009/' }))).toEqual(folders.slice(10));
      expect(await all(store().listPrefixes('many/', { startAfter: 'many/009' }))).toEqual(folders.slice(9));
      expect(await all(store().listPrefixes('many/', { startAfter: 'many/023/' }))).toEqual([]);
    });
  });
};

const fill = async (store: ObjectStore): Promise<void> => {
  const keys = Array.from({ length: MANY }, (_, index) => {
    const [folder, name] = [Math.floor(index / 100), index].map(String);
    return `many/${folder?.padStart(3, '0')}/${name?.padStart(4, '0')}`;
  });
  const writers = Array.from({ length: 16 }, async (_, writer) => {
    for (let index = writer; index < keys.length; index += 16) {
      const key = keys[index];
      if (key !== undefined) await store.putIfAbsent(key, bytesOf(String(index)));
    }
  });
  await Promise.all(writers);
};
