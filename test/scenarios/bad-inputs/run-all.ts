import { allCases } from './all-cases.ts';
import type { BadInput } from './bad-input.ts';
import { runBadInput } from './run-bad-input.ts';
import type { BadInputResult } from './run-bad-input.ts';
import { canMount } from './surroundings.ts';

/** Commands at the same time; each keeps about one core busy. */
const AT_ONCE = 2;

export type AllResults = {
  /** Whether this machine can make the surroundings of the case. */
  isPossible(bad: BadInput): boolean;
  of(bad: BadInput): Promise<BadInputResult>;
};

/** Begins with every case that `wanted` lets through, two at a time. */
export const runAll = async (wanted: (bad: BadInput) => boolean = () => true): Promise<AllResults> => {
  const mounts = await canMount();
  const isPossible = (bad: BadInput): boolean => bad.needs !== 'mount' || mounts;
  const waiting = allCases
    .flatMap(({ cases }) => cases)
    .filter((bad) => wanted(bad) && isPossible(bad))
    // Those that end with a job in waiting take longest, and most of it is waiting: beside others it costs nothing.
    .sort((a, b) => Number(b.leavesJob ?? false) - Number(a.leavesJob ?? false));
  const results = new Map(waiting.map((bad) => [bad, Promise.withResolvers<BadInputResult>()]));
  // Whoever asks for a result is told of its failure; the others are not to end the process.
  for (const { promise } of results.values()) promise.catch(() => undefined);
  const work = async (): Promise<void> => {
    for (let bad = waiting.shift(); bad !== undefined; bad = waiting.shift()) {
      const result = results.get(bad);
      await runBadInput(bad).then(result?.resolve, result?.reject);
    }
  };
  for (let worker = 0; worker < AT_ONCE; worker += 1) void work();
  return {
    isPossible,
    of: async (bad) => {
      const result = results.get(bad);
      if (result === undefined) throw new Error(`"${bad.title}" was not begun`);
      return result.promise;
    },
  };
};
