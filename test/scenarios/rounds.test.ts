import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readReport } from './support/data-files.ts';
import { batchmill } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: dialogues
source: { format: json, path: images.json }
key: id
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - id: clean
    when: caption
    generate: { prompt: "Clean: {{ caption }}", into: cleaned }
  - repeat: { times: 2, into: dialogue }
    steps:
      - id: question
        generate:
          prompt: "{{ cleaned }}{% for t in dialogue %} Q: {{ t.question }} A: {{ t.answer }}{% endfor %} Ask one new question."
          into: question
      - id: answer
        generate: { prompt: "{{ cleaned }} Answer: {{ question }}", into: answer }
output: { file: images.json, turns_as_map: { dialogue: question_and_answers } }
`;

type Item = { id: string; dialogue?: { question: string; answer?: string }[] } & Record<string, unknown>;

const setUp = async (folder: string, rows: object[]) => {
  const at = (name: string): string => path.join(folder, name);
  await writeFile(at('pipeline.yaml'), PIPELINE);
  await writeFile(at('images.json'), JSON.stringify(rows));
  const simulator = await startSimulatorBeside(at('simulator'), 50_000);
  const run = (...words: string[]) =>
    batchmill([...words, '--data', at('state')], { BATCHMILL_SIMULATOR_URL: simulator.url });
  const read = async (name: string): Promise<Item[]> => JSON.parse(await readFile(at(name), 'utf8')) as Item[];
  return { at, run, read, simulator };
};

const rows = (count: number) =>
  Array.from({ length: count }, (_, row) => ({ id: `r${row}`, caption: `A cat, ${row}.` }));

test('steps taken one at a time over one file, in place, come to what they come to together', async () => {
  await using folder = await temporaryFolder();
  const { at, run, read, simulator } = await setUp(folder.path, rows(5));
  await using _simulator = simulator;
  const whole = await run('run', at('pipeline.yaml'), '--out', at('whole'));
  expect(whole.code, whole.output).toBe(0);

  const steps = ['clean', 'question', 'answer', 'question', 'answer'];
  for (const step of steps) {
    const words = ['--step', step, '--in-place', '--out', at('out')];
    const one = await run('run', at('pipeline.yaml'), ...words);
    expect(one.code, one.output).toBe(0);
  }
  const together = await read('whole/images.json');
  const apart = await read('images.json');
  expect(apart.map(({ question_and_answers: turns }) => turns)).toEqual(
    together.map(({ question_and_answers: turns }) => turns),
  );
  expect(Object.keys(apart[0]?.['question_and_answers'] ?? {})).toHaveLength(4);
  expect(new Set(Object.keys(apart[0] ?? {}))).toEqual(new Set(Object.keys(together[0] ?? {})));
  // every question and answer was paid once in each of the two ways
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * 5 * 5, rows_paid_twice: 0 });

  const more = await run('run', at('pipeline.yaml'), '--step', 'dialogue', '--in-place', '--out', at('out'));
  expect(more.code, more.output).toBe(0);
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * 5 * 5 });
});

test('a turn that fails costs its row only the turns after it; a run over the output continues the dialogue', async () => {
  await using folder = await temporaryFolder();
  const { at, run, read, simulator } = await setUp(folder.path, rows(40));
  await using _simulator = simulator;
  await simulator.faults({ rows: { refused: 0.2 } });
  const asTurns = ['--set', 'output={file: rows.json}'];
  const first = await run('run', at('pipeline.yaml'), '--out', at('out'), ...asTurns);
  const report = await readReport(at('out'));
  // refusals of the first step reject their rows, those of a round do not
  const refused = report.steps[0]?.outcomes.refused ?? 0;
  expect(first.code, first.output).toBe(refused > 0 ? 3 : 0);
  expect(report.outcomes.ok).toBe(40 - refused);
  const kept = report.steps.reduce((sum, step) => sum + (step.kept?.['refused'] ?? 0), 0);
  const unfinished = (await read('out/rows.json')).filter(({ dialogue_complete: complete }) => complete === false);
  expect(kept).toBeGreaterThan(0);
  expect(unfinished).toHaveLength(kept);
  expect(report.warnings.join('\n')).toContain('they keep the turns before it');
  for (const { entering, outcomes } of report.steps)
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(entering);

  await simulator.faults({});
  const words = [
    '--input',
    at('out/rows.json'),
    '--step',
    'dialogue',
    '--to',
    at('done.json'),
    '--out',
    at('more'),
    ...asTurns,
  ];
  const second = await run('run', at('pipeline.yaml'), ...words);
  expect(second.code, second.output).toBe(0);
  const done = await read('done.json');
  expect(done).toHaveLength(40 - refused);
  expect(done.every(({ dialogue = [], dialogue_complete: complete }) => dialogue.length === 2 && complete)).toBe(true);
  const before = new Map((await read('out/rows.json')).map((row) => [row.id, row.dialogue ?? []]));
  for (const { id, dialogue = [] } of done) {
    const turns = before.get(id) ?? [];
    expect(dialogue.slice(0, turns.length)).toEqual(turns);
  }
  expect(await simulator.meter()).toMatchObject({ rows_paid_twice: 0 });
});

test('where a step leaves out a field that a later one needs, the job pauses before it pays, and goes on when it is resumed', async () => {
  await using folder = await temporaryFolder();
  const some = rows(10).map((row, index) => (index < 4 ? { id: row.id, caption: null } : row));
  const { at, run, simulator } = await setUp(folder.path, some);
  await using _simulator = simulator;
  const first = await run('run', at('pipeline.yaml'), '--out', at('out'));
  expect(first.code, first.output).toBe(1);
  expect(first.output).toMatch(
    /is paused: step "question": of 10 rows of shard 0, 4 lack a field .*\("cleaned" in 4\)/,
  );
  expect(await simulator.meter()).toMatchObject({ rows_paid: 6 });
  const status = await run('status', 'last');
  expect(status.output).toContain('lack a field that a step before should have made');

  const resumed = await run('resume');
  expect(resumed.code, resumed.output).toBe(0);
  const report = await readReport(at('out'));
  expect(report.outcomes).toEqual({ ok: 10 });
  expect(report.steps[1]).toMatchObject({ outcomes: { ok: 6, invalid: 4 }, kept: { 'unknown-field': 4 } });
  expect(await simulator.meter()).toMatchObject({ rows_paid: 6 + 4 * 6, rows_paid_twice: 0 });
});
