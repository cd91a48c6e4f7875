import { basename, join } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';

/** Where the results of a request file go. */
export type ResultPaths = { output: string; errors: string; report: string };

/** `requests.jsonl` → `requests.output.jsonl`, `requests.errors.jsonl`, `requests.report.json` in the folder `out`. */
export const resultPaths = (out: string, requestFile: string): ResultPaths => {
  const stem = stemOf(requestFile);
  return {
    output: join(out, `${stem}.output.jsonl`),
    errors: join(out, `${stem}.errors.jsonl`),
    report: join(out, `${stem}.report.json`),
  };
};

/** The name of a request file without its folder and ending. */
export const stemOf = (requestFile: string): string => basename(requestFile).replace(/(?<=.)\.jsonl?$/i, '');

type Placed = { path: string; out: string };

/** Which of the files are requests. `requests*.jsonl` means the results of an earlier time too. */
export const withoutResults = (files: readonly Placed[]): { requests: string[]; results: string[] } => {
  const made = new Set(files.flatMap(({ path, out }) => Object.values(resultPaths(out, path))));
  const paths = files.map(({ path }) => path);
  return { requests: paths.filter((path) => !made.has(path)), results: paths.filter((path) => made.has(path)) };
};

/** Refuses results that would take the place of those of another request file. @throws UsageError */
export const mustSpareFiles = (files: readonly Placed[]): void => {
  const taken = new Map<string, string>();
  for (const { path, out } of files) {
    for (const result of Object.values(resultPaths(out, path))) {
      const other = taken.get(result);
      if (other !== undefined)
        throw new UsageError(`The results of ${path} and of ${other} would both be ${result}. Rename one of the two.`);
      taken.set(result, path);
    }
  }
};
