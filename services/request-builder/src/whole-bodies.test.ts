import type { Fields } from '@batchmill/contracts';
import { readTextLines } from '@batchmill/ledger';
import { shardRef } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { openStage } from './testing/stage.ts';

test('a body that a row brings along is sent as it stands, in the part of its model', async () => {
  const bodies: Fields[] = [
    { model: 'b', input: 'é \u2028 \ud83d', stop: ['"', '\\'], temperature: 0.1, n: null, tools: [{ x: { y: [] } }] },
    { messages: 'none', model: 'a' },
    { model: 'b', max_tokens: 5 },
  ];
  const stage = await openStage(
    bodies.map((request) => ({ request, text: 'x' })),
    { generate: { endpoint: '/v1/responses', body: 'request', messages: [], params: {} } },
  );
  onTestFinished(() => stage[Symbol.asyncDispose]());
  await stage.build();
  const sent: string[] = [];
  for (const { requests, model } of (await stage.plan())?.parts ?? [])
    for await (const line of readTextLines(stage.ledger.store, requests)) sent.push(`${model} ${line}`);
  expect(sent.toSorted()).toEqual(
    [1, 0, 2].map((row) => {
      const model = (bodies[row] as { model: string }).model;
      const start = `{"custom_id":"${shardRef.job}-001-3-${row}-a1","method":"POST","url":"/v1/responses","body":`;
      return `${model} ${start}${JSON.stringify(bodies[row])}}`;
    }),
  );
});

test('a row without a body, or one that names no model, cannot be asked', async () => {
  const stage = await openStage([{ request: 'text' }, { request: { input: 'x' } }, { request: { model: 'm' } }], {
    generate: { body: 'request', messages: [], params: {} },
  });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  await stage.build();
  expect(await stage.unaskable()).toMatchObject([
    { row: '0', code: 'no-body' },
    { row: '1', code: 'no-model' },
  ]);
  expect(await stage.parts()).toEqual([['2']]);
});
