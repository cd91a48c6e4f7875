/** Keys in ascending order, kept sorted by insertion. Good for some hundred thousand. */
export type SortedKeys = {
  add(key: string): void;
  remove(key: string): void;
  /** Index of the first key that is not before this one. */
  indexOf(key: string): number;
  at(index: number): string | undefined;
};

export const sortedKeys = (keys: Iterable<string>): SortedKeys => {
  const sorted = [...keys].sort();
  const indexOf = (key: string): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (key) => {
      const index = indexOf(key);
      if (sorted[index] !== key) sorted.splice(index, 0, key);
    },
    remove: (key) => {
      const index = indexOf(key);
      if (sorted[index] === key) sorted.splice(index, 1);
    },
    indexOf,
    at: (index) => sorted[index],
  };
};
