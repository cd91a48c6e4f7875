/** Runs `work` on up to `width` items at once; answers come in the order of the items. */
export async function* mapOrdered<In, Out>(
  items: AsyncIterable<In>,
  width: number,
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const running: Promise<Out>[] = [];
  for await (const item of items) {
    const promise = work(item);
    // its failure is thrown when its turn comes
    promise.catch(() => {});
    running.push(promise);
    if (running.length >= width) yield await (running.shift() as Promise<Out>);
  }
  for (const promise of running) yield await promise;
}
