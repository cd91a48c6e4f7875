/** Merges sorted streams into one sorted stream; at equal items the earlier stream comes first. Holds one item each. */
export async function* mergeSorted<Item>(
  streams: AsyncIterable<Item>[],
  compare: (a: Item, b: Item) => number,
): AsyncGenerator<Item> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads: { iterator: AsyncIterator<Item>; item: Item }[] = [];
    for (const iterator of iterators) {
      const first = await iterator.next();
      if (first.done !== true) heads.push({ iterator, item: first.value });
    }
    while (heads.length > 0) {
      let least = 0;
      for (let i = 1; i < heads.length; i += 1) {
        if (compare((heads[i] as { item: Item }).item, (heads[least] as { item: Item }).item) < 0) least = i;
      }
      const head = heads[least] as { iterator: AsyncIterator<Item>; item: Item };
      yield head.item;
      const next = await head.iterator.next();
      if (next.done === true) heads.splice(least, 1);
      else head.item = next.value;
    }
  } finally {
    // a reader that stops in the middle must leave no file open
    await Promise.all(iterators.map(async (iterator) => iterator.return?.()));
  }
}
