import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Outcome, StepReport } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { readReport } from './support/data-files.ts';
import { DIALOGUES, pictureReader, writeDialogueRows } from './support/dialogue-rows.ts';
import { followDialogue } from './support/followed-dialogue.ts';
import type { Followed } from './support/followed-dialogue.ts';
import { inFull } from './support/in-full.ts';
import { jsonLines } from './support/json-lines.ts';
import { killAtRandom } from './support/kill-at-random.ts';
import { batchmill } from './support/processes.ts';
import { readExchanges } from './support/provider-exchanges.ts';
import { providerOf } from './support/simulator-as-user.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const FAULTS = {
  rows: { errors: [{ status: 500, rate: 0.05 }], refused: 0.02 },
  batches: [{ ends: 'expired', afterShare: 0.5, times: 1 }],
};
const REMOVED = 'At its heart';
const ROUNDS = 3;

type Delivered = {
  id: string;
  cleaned_caption?: string;
  generated_caption: string;
  question_and_answers: Record<string, string>;
  dialogue_complete: boolean;
  filter_results?: object;
};

const killed = async ({ count, kills, speed }: { count: number; kills: number; speed: number }): Promise<void> => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const rows = await writeDialogueRows(at('images.json'), count);
  // the provider is elsewhere: it does not die with us
  await using simulator = await startSimulatorBeside(at('simulator'), speed);
  await simulator.faults(FAULTS);
  const environment = {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '2000',
  };
  const settings = [
    'key=id',
    `shards.rows=${count / 10}`,
    `steps.caption_images.remove_when=generated_caption contains "${REMOVED}"`,
  ];
  const command = [
    ...['run', path.join(DIALOGUES, 'pipeline.yaml'), '--provider', 'simulator', '--input', at('images.json')],
    ...settings.flatMap((setting) => ['--set', setting]),
    ...['--out', at('out'), '--data', at('state')],
  ];
  await killAtRandom({ command, environment, stateDir: at('state'), kills, random: createRandom(SEED) });
  const last = await batchmill(command, environment);
  expect(last.code, last.output).toBe(3);

  const { steps, paidTwice } = await readReport(at('out'));
  const exchanges = await readExchanges(providerOf(simulator.url));
  const circumstances = {
    stages: steps,
    pictureOf: await pictureReader(rows),
    isRemoved: (caption: string) => caption.includes(REMOVED),
  };
  const followed = rows.map((row, index) =>
    followDialogue(row, exchanges.get(index.toString(36)) ?? new Map(), circumstances),
  );
  checkSums(steps, followed);

  const delivered = JSON.parse(await readFile(at('out/images.json'), 'utf8')) as Delivered[];
  const rejected = await jsonLines<{ key: string }>(at('out/rejects.jsonl'));
  const wayOf = (wanted: boolean) =>
    rows.filter((_, index) => followed[index]?.delivered === wanted).map(({ id }) => id);
  expect(delivered.map(({ id }) => id)).toEqual(wayOf(true));
  expect(rejected.map(({ key }) => key)).toEqual(wayOf(false));
  const byId = new Map(rows.map(({ id }, index) => [id, followed[index]]));
  for (const row of delivered) checkDelivered(row, byId.get(row.id));

  const meter = await simulator.meter();
  expect(meter).toMatchObject({ rows_paid_twice: 0, rows_repaid_after_fault: 0 });
  expect(paidTwice).toBe(0);
  const verified = await batchmill(['verify', at('out')]);
  expect(verified.code, verified.output).toBe(0);
  // without these nothing of the above would have been at stake
  const broken = delivered.filter(({ dialogue_complete: isComplete }) => !isComplete);
  const again = steps.map(({ askedAgain }) => askedAgain);
  expect(broken.length).toBeGreaterThan(0);
  expect(again.some(({ expired = 0 }) => expired > 0)).toBe(true);
  console.log(
    `seed ${SEED}: ${count} rows, ${kills} kills, ${meter.batches} batches, ${meter.rows_paid} answers paid, ` +
      `${delivered.length} delivered, ${broken.length} of them with fewer turns, ${JSON.stringify(again)}`,
  );
};

const checkSums = (steps: readonly StepReport[], followed: readonly Followed[]): void => {
  let entering = followed.length;
  for (const { stage, step, round, entering: entered, outcomes, kept = {} } of steps) {
    const place = `${step} ${round?.number ?? ''}`;
    const ofProvider: Partial<Record<Outcome, number>> = {};
    for (const { outcomes: stages } of followed) {
      const outcome = stages.get(stage);
      if (outcome !== undefined) ofProvider[outcome] = (ofProvider[outcome] ?? 0) + 1;
    }
    expect(outcomes, place).toEqual(ofProvider);
    expect(entered, place).toBe(entering);
    expect(sum(outcomes), place).toBe(entering);
    expect(sum(kept), place).toBe(followed.filter((one) => one.kept.has(stage)).length);
    entering = (outcomes.ok ?? 0) + (outcomes.skipped ?? 0) + sum(kept);
  }
};

const checkDelivered = (row: Delivered, followed: Followed | undefined): void => {
  const { captions, turns = [], judged } = followed ?? {};
  expect(row.cleaned_caption, row.id).toBe(captions?.cleaned);
  expect(row.generated_caption, row.id).toBe(captions?.generated);
  const map = turns.flatMap(({ question, answer }, turn) => [
    [`question_${turn}`, question],
    [`answer_${turn}`, answer],
  ]);
  expect(row.question_and_answers, row.id).toEqual(Object.fromEntries(map));
  expect(row.dialogue_complete, row.id).toBe(turns.length === ROUNDS);
  expect(row.filter_results, row.id).toEqual(judged === undefined ? undefined : JSON.parse(judged));
};

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0);

// a row goes through about 16 batches of half an hour each, one after the other: at these speeds they outlast all kills
describe(`R1 R3 dialogues killed with -9 at random moments: each turn is asked with exactly the turns before it, each row has one outcome per stage and is paid once (seed ${SEED})`, () => {
  test('200 rows, 3 kills', () => killed({ count: 200, kills: 3, speed: 3000 }));
  inFull('2,000 rows, 10 kills', { timeout: 1_800_000 }, () => killed({ count: 2000, kills: 10, speed: 600 }));
});
