/** Works through the items, so many at a time: most of what such work does is wait. The first that fails ends it. */
export const inLanes = async <Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const left = [...items];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && !failed; item = left.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const done = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of done) if (one.status === 'rejected') throw one.reason;
};
