import type { Problem } from '@batchmill/contracts';

const SHOWN_OF_A_KIND = 3;
const SHOWN_KINDS = 20;

/** Gathers problems of single rows: the first of each kind, and how many more there are. */
export const alikeProblems = () => {
  const kinds = new Map<string, { shown: Problem[]; count: number }>();
  return {
    add(problem: Problem): void {
      const kind = `${problem.code} ${problem.message}`;
      const known = kinds.get(kind);
      if (known !== undefined) {
        known.count += 1;
        if (known.shown.length < SHOWN_OF_A_KIND) known.shown.push(problem);
      } else if (kinds.size < SHOWN_KINDS) kinds.set(kind, { shown: [problem], count: 1 });
    },
    all: (): Problem[] =>
      [...kinds.values()].flatMap(({ shown, count }) => {
        const [first] = shown;
        const more = count - shown.length;
        if (first === undefined || more === 0) return shown;
        return [...shown, { code: first.code, message: `and ${more} more: ${first.message}` }];
      }),
  };
};
