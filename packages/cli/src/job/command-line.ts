/** How to call the same run again: a new run is from now on the one that is known. */
export const commandLine = (argv: readonly string[]): string =>
  ['batchmill', ...argv.filter((word) => word !== '--new').map(quoted)].join(' ');

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
