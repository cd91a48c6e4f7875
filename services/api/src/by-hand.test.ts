import { keys } from '@batchmill/ledger';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const PIPELINE = `name: by-hand
source: { format: jsonl, path: rows.jsonl }
key: id
max_cost: 1
steps:
  - id: prepare
    transform: { derive: { z: "{{ text }}" } }
  - id: name
    generate: { model: gpt-4o, prompt: "{{ z }}", into: name, max_requests: 7 }
  - id: between
    transform: { derive: { title: "{{ name }}" } }
  - id: tell
    generate: { provider: simulator, model: gpt-4o, prompt: "{{ title }}", into: tale }
  - id: after
    transform: { derive: { end: "{{ tale }}" } }
output:
  - { file: all.csv, rows: all, columns: [id, z] }
  - { file: names.csv, rows: all, columns: [id, name] }
  - { file: tales.csv, columns: [id, end] }
`;

type Created = { status: number; json: { id: string; error: { details: { code: string }[] } } };

const create = async (byHand: object, more: object = {}): Promise<Created> => {
  const upload = await stage.upload('{"id":"a","text":"x"}\n');
  const body = { pipeline: PIPELINE, input: [{ name: 'rows.jsonl', upload }], byHand, ...more };
  return (await stage.call('POST', '/v1/jobs', body)) as unknown as Created;
};
const jobOf = async ({ status, json }: Created) => {
  expect(status, JSON.stringify(json)).toBe(202);
  const job = await stage.backends.ledger.read(keys.job({ tenant: 'default', job: json.id }));
  if (job === null) throw new Error('no job');
  return job;
};
const steps = (stages: { step: string }[] = []) => stages.map(({ step }) => step);
const answers = async () => [{ name: 'out.jsonl', upload: await stage.upload('{}\n') }];

test('a job that prepares goes up to the first question, needs no key, and is surveyed as a whole', async () => {
  const { pipeline, byHand, inputs } = await jobOf(await create({}));
  expect(steps(pipeline.stages)).toEqual(['prepare', 'name']);
  expect(pipeline.stages[1]).toMatchObject({ generate: { mode: 'by-hand', retryAttempts: 1 } });
  expect(pipeline.maxCost).toBeUndefined();
  expect(pipeline.outputs.map(({ file }) => file)).toEqual(['all.csv']);
  expect(byHand).toMatchObject({
    open: { stage: '002', limits: { requests: 7, bytes: 209_715_200, customId: '^[A-Za-z0-9_-]{1,64}$' } },
  });
  expect(steps(byHand?.later?.stages)).toEqual(['between', 'tell', 'after']);
  expect(byHand?.later?.outputs).toHaveLength(3);
  expect(inputs.map(({ name }) => name)).toEqual(['rows.jsonl']);
});

test('a job that collects begins at the answered step, with rows in place of the source, and ends at the next question', async () => {
  const rows = await stage.upload('{"id":"0"}\n');
  const inputs = [{ name: 'rows.jsonl', bytes: 3, sha256: 'x' }];
  const collect = { stage: '002', rows, answers: await answers(), inputs };
  const { pipeline, byHand, inputs: pinned } = await jobOf(await create({ collect }, { input: [] }));
  expect(steps(pipeline.stages)).toEqual(['name', 'between', 'tell']);
  expect(pipeline.outputs.map(({ file }) => file)).toEqual(['all.csv', 'names.csv']);
  expect(byHand).toMatchObject({
    rows: { bytes: 11 },
    answers: [{ name: 'out.jsonl', bytes: 3 }],
    open: { stage: '004' },
    earlier: { stages: [{ step: 'prepare' }], inputs },
  });
  expect(pinned).toEqual([]);
});

test('after the last question all that remains is done', async () => {
  const rows = await stage.upload('{"id":"0"}\n');
  const collect = { stage: '004', rows, answers: await answers() };
  const { pipeline, byHand } = await jobOf(await create({ collect }, { input: [] }));
  expect(steps(pipeline.stages)).toEqual(['tell', 'after']);
  expect(pipeline.outputs).toHaveLength(3);
  expect(byHand?.open).toBeUndefined();
});

test.each([
  ['a stage that asks nobody', { stage: '003' }, 'unknown-stage'],
  ['a stage that is not there', { stage: '009' }, 'unknown-stage'],
  ['a later stage without its rows', { stage: '004', rows: undefined }, 'unknown-stage'],
  ['an unknown upload', { rows: '0'.repeat(40) }, 'unknown-upload'],
])('%s is refused', async (_, changes, code) => {
  const rows = await stage.upload('{"id":"0"}\n');
  const { status, json } = await create({ collect: { stage: '002', rows, answers: await answers(), ...changes } });
  expect(status).toBe(422);
  expect(json.error.details[0]?.code).toBe(code);
});

test('a pipeline without a question has nothing to prepare', async () => {
  const pipeline = 'name: x\nsource: { format: jsonl, path: rows.jsonl }\nkey: id\nsteps: []\n';
  const { status, json } = await create({}, { pipeline });
  expect(status).toBe(422);
  expect(json.error.details[0]?.code).toBe('no-generate-step');
});

test('a job by hand is not retried: there is nobody to ask', async () => {
  const { job } = await jobOf(await create({}));
  expect(await stage.call('POST', `/v1/jobs/${job}/retry`)).toMatchObject({
    status: 409,
    json: { error: { code: 'by-hand' } },
  });
});

test('a job whose answers are reused must be there', async () => {
  const pipeline = PIPELINE.replaceAll('generate: { model', 'generate: { provider: simulator, model');
  const first = await jobOf(await create({}));
  const upload = await stage.upload('{"id":"a","text":"x"}\n');
  const body = { pipeline: pipeline.replace('max_cost: 1\n', ''), input: [{ name: 'rows.jsonl', upload }] };
  const second = (await stage.call('POST', '/v1/jobs', { ...body, reuse: first.job })) as unknown as Created;
  expect((await jobOf(second)).reuse).toBe(first.job);
  const third = (await stage.call('POST', '/v1/jobs', { ...body, reuse: 'nojobnojobnojobn' })) as unknown as Created;
  expect([third.status, third.json.error.details[0]?.code]).toEqual([422, 'unknown-job']);
});
