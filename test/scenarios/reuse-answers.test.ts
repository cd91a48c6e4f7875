import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readReport } from './support/data-files.ts';
import { jsonLines } from './support/json-lines.ts';
import { batchmill } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: growing
source: { format: jsonl, path: rows.jsonl }
key: id
shards: { rows: 25 }
steps:
  - id: caption
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Describe {{ text }}.", into: caption }
output: { format: jsonl, file: captions.jsonl, columns: [id, caption] }
`;

type Caption = { id: string; caption: string };

const rows = (count: number, text = 'number'): string[] =>
  Array.from({ length: count }, (_, row) => `${JSON.stringify({ id: `k${row}`, text: `${text} ${row}` })}\n`);

const openStage = async () => {
  const folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const simulator = await startSimulatorBeside(at('simulator'));
  await writeFile(at('pipeline.yaml'), PIPELINE);
  const call = (command: string, ...options: string[]) =>
    batchmill([command, at('pipeline.yaml'), '--data', at('state'), ...options], {
      BATCHMILL_SIMULATOR_URL: simulator.url,
    });
  return {
    at,
    call,
    paid: async () => (await simulator.meter()).rows_paid ?? 0,
    run: async (out: string, ...options: string[]) => {
      const run = await call('run', '--out', at(out), ...options);
      expect(run.code, run.output).toBe(0);
      return {
        output: run.output,
        report: await readReport(at(out)),
        captions: await jsonLines<Caption>(at(`${out}/captions.jsonl`)),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await simulator[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
};

test('a job over 75 rows that reuses one over 60 of them pays for 15, and so does the next one in its turn, live', async () => {
  await using stage = await openStage();
  await writeFile(stage.at('rows.jsonl'), rows(60));
  const first = await stage.run('first');
  expect(await stage.paid()).toBe(60);

  await writeFile(stage.at('rows.jsonl'), rows(75).toReversed());
  const second = await stage.run('second', '--reuse', 'last');
  expect(await stage.paid()).toBe(75);
  expect(second.output).toContain('60 answers of an earlier job, not paid again');
  expect(second.report.steps[0]).toMatchObject({ entering: 75, outcomes: { ok: 75 }, reused: 60 });
  expect(second.report.cost.paid).toBeLessThan(first.report.cost.paid / 2);
  expect(second.captions).toEqual(expect.arrayContaining(first.captions));

  await writeFile(stage.at('rows.jsonl'), rows(80));
  const third = await stage.run('third', '--reuse', second.report.job, '--mode', 'live');
  expect(await stage.paid()).toBe(80);
  expect(third.report.steps[0]?.reused).toBe(75);

  await writeFile(stage.at('rows.jsonl'), rows(85));
  const fourth = await stage.run('fourth', '--reuse', 'last');
  expect(await stage.paid()).toBe(85);
  expect(fourth.captions.slice(0, 60)).toEqual(first.captions);
});

test('what `try` has answered live, the whole run takes over by itself and says so', async () => {
  await using stage = await openStage();
  await writeFile(stage.at('rows.jsonl'), rows(20));
  const tried = await stage.call('try', '--rows', '5');
  expect(tried.code, tried.output).toBe(0);
  expect(await stage.paid()).toBe(5);
  const whole = await stage.run('whole');
  expect(await stage.paid()).toBe(20);
  expect(whole.output).toContain('Requests that `batchmill try` has answered');
  expect(whole.output).toContain('5 answers of an earlier job, not paid again');
  const again = await stage.run('whole');
  expect(again.output).not.toContain('batchmill try');
  expect(await stage.paid()).toBe(20);
});

test('with another prompt nothing is reused', async () => {
  await using stage = await openStage();
  await writeFile(stage.at('rows.jsonl'), rows(10));
  await stage.run('first');
  const second = await stage.run(
    'second',
    '--reuse',
    'last',
    '--set',
    'steps.caption.generate.prompt=Tell {{ text }}.',
  );
  expect(await stage.paid()).toBe(20);
  expect(second.report.steps[0]?.reused).toBeUndefined();
  expect(second.output).not.toContain('of an earlier job');
});
