/** The candidate a mistyped word most likely stands for, or undefined where none is near. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const wanted = plain(word);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const compared = plain(candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    // Of two that are equally near, the one of the same length: letters are swapped more often than left out.
    const distance = editDistance(wanted, compared) + (compared.length === wanted.length ? 0 : 0.5);
    if (distance < allowed + 1 && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
};

/** `Did you mean "model"?`, or undefined where nothing is near. */
export const didYouMean = (word: string, candidates: Iterable<string>): string | undefined => {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? undefined : `Did you mean "${candidate}"?`;
};

const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll(/[-_ "]/g, '')
    .slice(0, MAX_COMPARED);

/** Longer words are compared by their beginning: the work grows with the product of the lengths. */
const MAX_COMPARED = 60;

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
const editDistance = (a: string, b: string): number => {
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j += 1) table[0]![j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1 ? at(i - 2, j - 2) + 1 : Infinity;
      table[i]![j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped);
    }
  }
  return at(a.length, b.length);
};
