import { InputError } from '@batchmill/contracts';
import type { Problem, Source } from '@batchmill/contracts';
import { filesOfSource } from '@batchmill/pipeline';
import { locationOf } from './input-files.ts';
import type { WantedFile } from './input-files.ts';

/** The last part of each path where that tells them apart: so that a run is known again from another folder. */
export const inputNames = (paths: readonly string[]): string[] => {
  const names = paths.map((path) => path.split(/[/\\]/).findLast((part) => part !== '') ?? path);
  return new Set(names).size === names.length ? names : [...paths];
};

type Origin = { input: readonly string[] | undefined; cwd: string; folder: string; file: string };

/** The files of the source; those of `--input` are looked for from where the command runs. */
export const wantedFiles = (source: Source, { input, cwd, folder, file }: Origin): WantedFile[] => {
  const named = (names: readonly string[], remedy: string) =>
    names.map((name) => ({ name, location: locationOf(name, folder), remedy }));
  const joined = named(filesOfSource({ paths: [], joins: source.joins }), `It is named by a join in ${file}`);
  const names = input === undefined ? source.paths : inputNames(input);
  const remedy = `It is named in ${input === undefined ? file : '--input'}; --input PATH reads another file`;
  const given =
    input === undefined
      ? named([...new Set(names)], remedy)
      : input.map((path, index) => ({ name: names[index] ?? path, location: locationOf(path, cwd), remedy }));
  const others = joined.filter(({ name }) => !names.includes(name));
  const mixed = joined.filter((one) =>
    given.some(({ name, location }) => name === one.name && location !== one.location),
  );
  if (mixed.length > 0) throw new InputError(mixed.map(({ name }) => sameName(name)));
  return [...given, ...others];
};

const sameName = (name: string): Problem => ({
  code: 'same-name',
  message: `--input and a join of the source both have a file called ${name}`,
  remedy: 'Rename one of the two',
});
