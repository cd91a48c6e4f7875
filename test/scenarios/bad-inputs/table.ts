import type { BadInput } from './bad-input.ts';

const HEAD = ['| What is wrong | Exit | What the command says |', '|---|---|---|'];

const INTRODUCTION = `# Bad inputs

What the command line says to what can be wrong, and its exit code: 0 all rows ok, 1 the command failed (the machine or the provider), 2 wrong usage or input, 3 the job ended with rows that are not ok. After a mistake nothing has been paid for and no file is half written; once it is corrected, the same command works.

\`scripts/bad-inputs-table.ts\` makes this page out of what the commands say, and \`test/scenarios/bad-inputs.test.ts\` holds it against them: neither is written by hand. Each case runs in a folder \`/films\` with a good \`pipeline.yaml\` and \`movies.csv\` of three rows, but for what is wrong.
`;

/** One line of the table. */
export const tableRow = ({ title }: BadInput, { code, message }: { code: number | string; message: string }): string =>
  `| ${title} | ${code} | ${message.split('\n').map(codeSpan).join('<br>')} |`;

export const page = (groups: readonly { heading: string; rows: readonly string[] }[]): string =>
  [INTRODUCTION, ...groups.map(({ heading, rows }) => [`## ${heading}`, '', ...HEAD, ...rows, ''].join('\n'))].join(
    '\n',
  );

/** As it is, whatever it holds: the bars of a table must be escaped even in code. */
const codeSpan = (line: string): string => {
  const text = line.trim().replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
};
