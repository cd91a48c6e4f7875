import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openCommandLine } from './support/command-line.ts';
import { jsonLines } from './support/json-lines.ts';
import { ROOT } from './support/processes.ts';

/* What `import-config` makes of a configuration, against requests that Python made of it by the old rules. */

const OLD_RULES = path.join(ROOT, 'packages/cli/src/import-config/old-rules');

type Fields = Record<string, unknown>;
type OldRow = {
  fields: Fields;
  turns: { question: string; answer: string }[];
  open: string;
  lacks_in_questions: string[];
};
type Request = { body: object };

test('the request files of an imported pipeline have, line for line, the bodies of the old rules', async () => {
  await using line = await openCommandLine();
  await symlink(path.join(OLD_RULES, 'config.fixture.yaml'), line.at('config.yaml'));
  // the rows of the whole; those before each step come below
  await writeFile(line.at('images.json'), '[]');
  const imported = await line.batchmill('import-config', 'config.yaml', '--rounds', '4', '--json');
  expect(imported.code, imported.output).toBe(0);
  const { steps } = JSON.parse(imported.output) as { steps: { name: string; id: string }[] };
  const { rows, requests } = JSON.parse(await readFile(path.join(OLD_RULES, 'requests.fixture.json'), 'utf8')) as {
    rows: OldRow[];
    requests: Record<string, Request[]>;
  };
  expect(steps.map(({ name }) => name)).toEqual(Object.keys(requests));

  for (const { name, id } of steps) {
    await writeFile(line.at(`${id}.json`), JSON.stringify(rows.map((row) => dataBefore(row, name))));
    const from = ['--input', `${id}.json`, '--key', 'row-{{ _line }}'];
    const prepared = await line.batchmill(
      'prepare',
      'config.pipeline.yaml',
      '--step',
      id,
      ...from,
      '--out',
      id,
      '--name',
      'all',
    );
    expect(prepared.code, prepared.output).toBe(0);
    const lines = await jsonLines<Request>(line.at(`${id}/all_requests.jsonl`));
    expect(lines.map(({ body }) => JSON.stringify(body))).toEqual(
      requests[name]?.map(({ body }) => JSON.stringify(body)),
    );
  }
});

/** A row of the old data when a step came to it: its dialogue is a map and a text. */
const dataBefore = (row: OldRow, step: string): Fields => {
  const lacks = step.includes('question') ? row.lacks_in_questions : [];
  const had = Object.entries(row.fields).filter(([field]) => !lacks.includes(field));
  const numbered = row.turns.flatMap((turn, number) =>
    Object.entries(turn).map(([role, text]) => [`${role}_${number}`, text]),
  );
  if (step === 'answer') numbered.push([`question_${row.turns.length}`, row.open]);
  return {
    ...Object.fromEntries(had),
    question_and_answers: Object.fromEntries(numbered) as Fields,
    dialogue_history: numbered.map(([name, text]) => `${name}: ${text}\n`).join(''),
  };
};
