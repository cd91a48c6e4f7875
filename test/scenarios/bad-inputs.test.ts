import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allCases } from './bad-inputs/all-cases.ts';
import { runAll } from './bad-inputs/run-all.ts';
import { tableRow } from './bad-inputs/table.ts';
import { ROOT } from './support/processes.ts';

const documented = await readFile(path.join(ROOT, 'docs/bad-inputs.md'), 'utf8').catch(() => '');
const results = await runAll();

describe.each(allCases)('$heading', ({ cases }) => {
  for (const bad of cases) {
    test(`${bad.title}: the message names place and remedy, and nothing is half done`, async ({ skip }) => {
      skip(!results.isPossible(bad), 'mounting a disk takes root');
      const { code, message, output, left, corrected } = await results.of(bad);
      expect({ code, message }).toMatchObject({ code: bad.exitCode });
      for (const words of bad.says) {
        if (typeof words === 'string') expect(message).toContain(words);
        else expect(message).toMatch(words);
      }
      expect(output).not.toMatch(/^\s+at \S.*:\d+:\d+|\[object Object\]|ZodError|\bundefined\b/m);
      for (const secret of bad.hides ?? []) expect(output).not.toContain(secret);

      const isBegun = bad.delivers === true || bad.leavesJob === true;
      expect(left).toMatchObject({ openJobs: bad.leavesJob === true ? 1 : 0, halfWritten: [], processes: 0 });
      if (bad.delivers !== true) expect(left.outputs).toEqual([]);
      if (!isBegun) expect(left.intents).toBe(0);

      if (bad.corrected === undefined) return;
      expect(corrected).toMatchObject({ code: 0, left: { openJobs: 0, halfWritten: [], processes: 0 } });
      expect(corrected?.left.outputs).toContain('report.json');
    });
  }
});

test('docs/bad-inputs.md shows these messages (node scripts/bad-inputs-table.ts writes it)', async () => {
  const possible = allCases.flatMap(({ cases }) => cases).filter((bad) => results.isPossible(bad));
  const rows = await Promise.all(possible.map(async (bad) => tableRow(bad, await results.of(bad))));
  expect(rows.filter((row) => !documented.includes(`${row}\n`))).toEqual([]);
  expect(possible.length).toBeGreaterThanOrEqual(40);
});
