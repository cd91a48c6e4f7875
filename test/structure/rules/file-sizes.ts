import type { Tree } from '../tree.ts';
import { isForTests } from '../workspace.ts';

export const FILES_ARE_SMALL =
  'A file does one thing in at most 250 lines (a test: 400); a longer one needs an entry with a reason in file-sizes.ts';

const LINES = 250;
const LINES_OF_A_TEST = 400;

/** Files that may be longer, and why. */
const MAY_BE_LONGER: Record<string, string> = {};

export const filesThatAreTooLong = (tree: Tree, mayBeLonger: Record<string, string> = MAY_BE_LONGER): string[] => {
  const long = [...tree]
    .filter(([path]) => path.endsWith('.ts'))
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ path, lines }) => lines > (isForTests(path) ? LINES_OF_A_TEST : LINES));
  const idle = Object.keys(mayBeLonger).filter((path) => !long.some((file) => file.path === path));
  return [
    ...long
      .filter(({ path }) => !Object.hasOwn(mayBeLonger, path))
      .map(({ path, lines }) => `${path} has ${lines} lines`),
    ...idle.map((path) => `${path} no longer needs its entry`),
  ];
};
