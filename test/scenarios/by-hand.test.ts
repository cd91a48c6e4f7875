import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { answerFile } from './support/answer-file.ts';
import { dataFiles, readReport } from './support/data-files.ts';
import { jsonLines } from './support/json-lines.ts';
import { batchmill, ROOT } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const RECIPE = path.join(ROOT, 'recipes/m4-captions/pipeline.yaml');

/** Neither a key nor anybody to ask. */
const NOBODY = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined, BATCHMILL_SIMULATOR_URL: undefined };

const openStage = async () => {
  const folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const simulator = await startSimulatorBeside(at('simulator'));
  return {
    at,
    simulator,
    /** Every call on a state folder of its own, as on another machine. */
    alone: (() => {
      let calls = 0;
      return (...command: string[]) => batchmill([...command, '--data', at(`state-${(calls += 1)}`)], NOBODY);
    })(),
    [Symbol.asyncDispose]: async () => {
      await simulator[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
};

test('prepared, answered by hand and collected elsewhere, the recipe gives the files that a run gives', async () => {
  await using stage = await openStage();
  const { at, alone, simulator } = stage;
  const prepared = await alone('prepare', RECIPE, '--out', at('m4'));
  expect(prepared.code, prepared.output).toBe(0);
  expect((await readdir(at('m4'))).toSorted()).toEqual([
    'm4_caption_requests.jsonl',
    'm4_series.csv',
    'prepared.json',
    'rows.jsonl',
  ]);
  const requests = await jsonLines<{ custom_id: string }>(at('m4/m4_caption_requests.jsonl'));
  expect(requests).toHaveLength(75);
  expect(requests[0]?.custom_id).toBe('series-M1');

  const run = await batchmill(
    ['run', RECIPE, '--provider', 'simulator', '--out', at('ran'), '--data', at('state-run')],
    { BATCHMILL_SIMULATOR_URL: simulator.url },
  );
  expect(run.code, run.output).toBe(0);
  expect(await readFile(at('m4/m4_series.csv'))).toEqual(await readFile(at('ran/m4_series.csv')));

  const lines = shuffled(await answerFile(simulator.url, at('m4/m4_caption_requests.jsonl')));
  await cp(at('m4'), at('elsewhere'), { recursive: true });
  await writeFile(at('elsewhere/one.jsonl'), `${lines.slice(0, 30).join('\n')}\n`);
  await writeFile(at('elsewhere/two.jsonl'), lines.slice(30).join('\n'));
  await rm(at('m4'), { recursive: true });
  const collected = await alone('collect', at('elsewhere'), '--out', at('collected'));
  expect(collected.code, collected.output).toBe(0);
  expect(collected.output).toContain('nothing here: the answers were got by hand');
  expect(await dataFiles(at('collected'))).toEqual(await dataFiles(at('ran')));
  expect(await readReport(at('collected'))).toMatchObject({
    simulated: true,
    outcomes: { ok: 75 },
    tokens: { input: 0, output: 0 },
    cost: { paid: 0 },
    warnings: [],
  });

  const reversed = await alone(
    'collect',
    at('elsewhere'),
    at('elsewhere/two.jsonl'),
    at('elsewhere/one.jsonl'),
    '--out',
    at('again'),
  );
  expect(reversed.code, reversed.output).toBe(0);
  expect(await dataFiles(at('again'))).toEqual(await dataFiles(at('ran')));
});

const TWO_STEPS = `name: two-steps
source: { format: jsonl, path: rows.jsonl }
key: id
steps:
  - id: name
    when: text != "none"
    generate: { model: gpt-4o-mini, prompt: "Name {{ text }}", into: name }
  - id: title
    transform: { derive: { title: '{{ name | default: "nothing" }}!' } }
  - id: tell
    generate: { model: gpt-4o-mini, prompt: "Tell about {{ title }}", into: tale }
output:
  - { format: jsonl, file: tales.jsonl, columns: [id, name, title, tale] }
  - { format: csv, file: all.csv, rows: all, columns: [id, text, title] }
`;

test('of several steps each is prepared when the one before is collected; what is missing or of no use is listed', async () => {
  await using stage = await openStage();
  const { at, alone, simulator } = stage;
  const rows = Array.from({ length: 12 }, (_, row) => ({ id: `k${row}`, text: row === 3 ? 'none' : `thing ${row}` }));
  await writeFile(
    at('rows.jsonl'),
    rows.map((row) => `${JSON.stringify(row)}\n`),
  );
  await writeFile(at('pipeline.yaml'), TWO_STEPS);
  const prepared = await alone('prepare', at('pipeline.yaml'), '--out', at('hand'));
  expect(prepared.code, prepared.output).toBe(0);
  expect(await readdir(at('hand'))).not.toContain('all.csv');

  const [first = '', second = '', ...others] = await answerFile(
    simulator.url,
    at('hand/two_steps_name_requests.jsonl'),
  );
  const { custom_id: unanswered } = JSON.parse(first) as { custom_id: string };
  const { custom_id: failed } = JSON.parse(second) as { custom_id: string };
  const failure = { custom_id: failed, response: null, error: { code: 'batch_expired', message: 'too late' } };
  const stranger = others[0]?.replace(/"custom_id":"[^"]+"/, '"custom_id":"stranger"');
  const given = [...others, JSON.stringify(failure), 'no result', stranger, others[1]];
  await writeFile(at('hand/results.jsonl'), `${given.join('\n')}\n`);
  const collected = await alone('collect', at('hand'));
  expect(collected.code, collected.output).toBe(3);
  expect(collected.output).toContain(`no line of the given files is for this row (row "${unanswered}")`);
  expect(collected.output).toContain(`too late (row "${failed}")`);
  expect(collected.output).toContain('one line of the given files is of no row here: "stranger"');
  expect(collected.output).toContain(`results.jsonl:11`);
  expect(collected.output).toContain('one row has more than one line');
  expect(await jsonLines(at('hand/unmatched.jsonl'))).toMatchObject([
    { custom_id: null, line: 11 },
    { custom_id: 'stranger', line: 12 },
  ]);

  const answers = await answerFile(simulator.url, at('hand/next/two_steps_tell_requests.jsonl'));
  expect(answers).toHaveLength(10);
  await writeFile(at('hand/next/results.jsonl'), answers.join('\n'));
  const finished = await alone('collect', at('hand/next'), '--out', at('out'));
  expect(finished.code, finished.output).toBe(3);
  const tales = await jsonLines<{ id: string; title: string; tale: string }>(at('out/tales.jsonl'));
  const delivered = rows.map(({ id }) => id).filter((id) => id !== unanswered && id !== failed);
  expect(tales.map(({ id }) => id)).toEqual(delivered);
  expect(tales.find(({ id }) => id === 'k3')).toMatchObject({ name: null, title: 'nothing!' });
  const rejects = await jsonLines<{ key: string; step: string; outcome: string; stage: string }>(
    at('out/rejects.jsonl'),
  );
  expect(rejects.map(({ key, step, stage, outcome }) => [key, step, stage, outcome]).toSorted()).toEqual(
    [
      [unanswered, 'name', '001', 'missing'],
      [failed, 'name', '001', 'expired'],
    ].toSorted(),
  );
  expect((await readFile(at('out/all.csv'), 'utf8')).trim().split('\n')).toHaveLength(13);
  expect(await readReport(at('out'))).toMatchObject({ outcomes: { ok: 10, missing: 1, expired: 1 } });
});

test('results that Batchmill never asked for are joined with their data, or with the parts of their ids', async () => {
  await using stage = await openStage();
  const { at, alone } = stage;
  await writeFile(at('data.csv'), 'id,text\na,one\nb,two\nc,three\n');
  const wire = (id: string, content: string): string =>
    JSON.stringify({
      custom_id: id,
      response: { status_code: 200, body: { choices: [{ message: { content }, finish_reason: 'stop' }] } },
      error: null,
    });
  await writeFile(at('theirs.jsonl'), [wire('b', 'second'), wire('a', 'first'), wire('z', 'other')].join('\n'));
  const joined = await alone(
    'collect',
    '--input',
    at('data.csv'),
    '--key',
    'id',
    '--into',
    'answer',
    at('theirs.jsonl'),
    '--out',
    at('joined'),
  );
  expect(joined.code, joined.output).toBe(3);
  expect(await readFile(at('joined/data.csv'), 'utf8')).toBe('id,text,answer\na,one,first\nb,two,second\n');
  expect((await jsonLines<{ key: string }>(at('joined/rejects.jsonl'))).map(({ key }) => key)).toEqual(['c']);
  expect((await jsonLines<{ custom_id: string }>(at('joined/unmatched.jsonl'))).map(({ custom_id: id }) => id)).toEqual(
    ['z'],
  );

  await mkdir(at('backup'));
  const kept = [
    { custom_id: 'en-GB_3_1718', content: 'hello' },
    { custom_id: 'cy-GB_4_1719', content: { said: 'helo' } },
    { custom_id: 'odd', content: '?' },
  ];
  await writeFile(at('backup/all.json'), JSON.stringify(kept, null, 2));
  const parts = await alone(
    'collect',
    '--id-pattern',
    '{lang}_{template}_{time}',
    at('backup/all.json'),
    '--out',
    at('parts'),
  );
  expect(parts.code, parts.output).toBe(0);
  expect(await jsonLines(at('parts/all.jsonl'))).toEqual([
    { custom_id: 'en-GB_3_1718', lang: 'en-GB', template: '3', time: '1718', content: 'hello' },
    { custom_id: 'cy-GB_4_1719', lang: 'cy-GB', template: '4', time: '1719', content: '{"said":"helo"}' },
  ]);
  expect(parts.output).toContain('of no row here: "odd"');
});

/** The same every time. */
const shuffled = (lines: string[]): string[] =>
  lines
    .map((line, position) => ({ line, rank: (position * 7919) % 1009 }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ line }) => line);
