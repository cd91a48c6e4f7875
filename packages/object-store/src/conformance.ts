import { afterAll, beforeAll, describe } from 'vitest';
import { describeListing } from './conformance/listing.ts';
import { describeReading } from './conformance/reading.ts';
import type { StoreUnderTest } from './conformance/store-under-test.ts';
import { describeWriting } from './conformance/writing.ts';
import type { ObjectStore } from './object-store.ts';

/** What every driver of ObjectStore must do. `open` gives an empty store; the suite closes it. */
export const describeObjectStore = (name: string, open: () => Promise<ObjectStore>): void => {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore | undefined;
    const underTest: StoreUnderTest = () => {
      if (store === undefined) throw new Error('the store is not open');
      return store;
    };
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store?.close());
    describeWriting(underTest);
    describeReading(underTest);
    describeListing(underTest);
  });
};
