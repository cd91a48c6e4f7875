import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, pipelineText, rows } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type ErrorBody = { error: { code: string; message: string; details: { remedy?: string }[] } };
const errorOf = (json: unknown) => (json as ErrorBody).error;

describe('a request that is not as it should be', () => {
  test('is answered with every mistake: its place, and what was expected there', async () => {
    const { status, json } = await stage.call('POST', '/v1/jobs', { inputs: [], variables: 3 });
    expect(status).toBe(422);
    expect(errorOf(json)).toMatchObject({
      code: 'invalid-request',
      details: expect.arrayContaining([
        expect.objectContaining({
          place: { path: 'pipeline' },
          message: 'is missing',
          expected: 'a text, or an object',
        }),
        expect.objectContaining({ place: { path: 'input' }, message: 'is missing', expected: 'a list' }),
        expect.objectContaining({ place: { path: 'variables' }, message: 'cannot be used', expected: 'an object' }),
        expect.objectContaining({ place: { path: 'body' }, message: 'Unrecognized key: "inputs"' }),
      ]),
    });
  });

  test('says which values it could have', async () => {
    const { json } = await stage.call('GET', '/v1/jobs/x/rows?outcome=good&limit=0');
    const [outcome, limit] = errorOf(json).details;
    expect(outcome).toMatchObject({
      place: { path: 'outcome' },
      expected: expect.stringMatching(/^one of "ok", .*"missing", or "open"$/),
    });
    expect(limit).toMatchObject({ place: { path: 'limit' }, message: expect.stringContaining('>=1') });
  });

  test.each([
    ['{"pipeline":', { 'content-type': 'application/json' }, 400, 'invalid-json'],
    ['', { 'content-type': 'application/json' }, 400, 'empty-body'],
    ['a: b', { 'content-type': 'application/yaml' }, 415, 'unsupported-media-type'],
    [`"${'x'.repeat(33 * 1024 * 1024)}"`, { 'content-type': 'application/json' }, 413, 'body-too-large'],
  ])('of which the body cannot be read has a code of its own, and a remedy', async (body, headers, status, code) => {
    const answer = await stage.call('POST', '/v1/jobs', body, headers);
    expect([answer.status, errorOf(answer.json).code]).toEqual([status, code]);
    expect(errorOf(answer.json).details[0]?.remedy).toBeTruthy();
  });
});

test('what is not there is answered with where to look for what is', async () => {
  const upload = await stage.upload(rows);
  const job = { pipeline: pipelineText, input: [{ name: 'rows.jsonl', upload }] };
  const { id } = (await stage.call('POST', '/v1/jobs', job)).json as { id: string };
  for (const [path, remedy] of [
    ['/v1/jobs/nope', 'GET /v1/jobs lists the jobs'],
    [`/v1/jobs/${id}/outputs/nope.csv`, `GET /v1/jobs/${id}/outputs lists the files`],
    [`/v1/jobs/${id}/rows/nope`, `GET /v1/jobs/${id}/rows lists the rows`],
    [`/v1/jobs/${id}/report`, 'It is there once the run has ended'],
    ['/v1/nothing', 'See /docs for what there is'],
  ] as const) {
    const { status, json } = await stage.call('GET', path);
    expect([status, errorOf(json).details[0]?.remedy]).toEqual([404, remedy]);
  }
});
