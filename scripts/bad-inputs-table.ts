import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { allCases } from '../test/scenarios/bad-inputs/all-cases.ts';
import { runAll } from '../test/scenarios/bad-inputs/run-all.ts';
import { page, tableRow } from '../test/scenarios/bad-inputs/table.ts';

// Writes docs/bad-inputs.md from what the commands say. With a word, only the cases whose title holds it are run and
// shown, and nothing is written. Some cases need root: their rows stay as they are where it is lacking.

const file = fileURLToPath(new URL('../docs/bad-inputs.md', import.meta.url));
const [word] = process.argv.slice(2);

const results = await runAll(({ title }) => title.includes(word ?? ''));
const before = await readFile(file, 'utf8').catch(() => '');
const groups: { heading: string; rows: string[] }[] = [];
for (const { heading, cases } of allCases) {
  const rows: string[] = [];
  for (const bad of cases.filter(({ title }) => title.includes(word ?? ''))) {
    if (!results.isPossible(bad)) {
      rows.push(...before.split('\n').filter((line) => line.startsWith(`| ${bad.title} |`)));
      continue;
    }
    const result = await results.of(bad);
    rows.push(tableRow(bad, result));
    const { code, message, left, tookMs, corrected } = result;
    const missing = bad.says.filter((words) =>
      typeof words === 'string' ? !message.includes(words) : !words.test(message),
    );
    const isRight = code === bad.exitCode && missing.length === 0 && (corrected?.code ?? 0) === 0;
    process.stdout.write(`${isRight ? 'ok   ' : 'WRONG'} ${bad.title}: ${code}, ${(tookMs / 1000).toFixed(1)} s\n`);
    if (word !== undefined || !isRight)
      process.stdout.write(`${message}\n${JSON.stringify({ missing, left, corrected })}\n\n`);
  }
  groups.push({ heading, rows });
}
if (word === undefined) await writeFile(file, page(groups));
