import { startChatServer } from '@batchmill/testkit';
import type { ChatServer, ChatServerOptions } from '@batchmill/testkit';
import { keys, settledLines } from '@batchmill/ledger';
import { quarantined, shardRef } from '@batchmill/ledger/testing';
import type { ChatAnswer, ChatProvider } from '@batchmill/providers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chatWith, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const prompts = (count: number): string[] => Array.from({ length: count }, (_, row) => `row ${row}`);

const open = async (rows: string[], options: ChatServerOptions = {}): Promise<{ stage: Stage; server: ChatServer }> => {
  const server = await startChatServer(options);
  const stage = await openStage(rows);
  onTestFinished(async () => {
    await stage[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  return { stage, server };
};

const answers = (rows: string[]): [string, string][] => rows.map((row) => [row, `answer to: ${row}`]);

describe('R23 a live part', () => {
  test('has a line for every row, in the files of a batch, and is asked once', async () => {
    const rows = prompts(45);
    const { stage, server } = await open(rows);
    expect(await stage.openRunner(chatWith(server.url)).run()).toEqual({ kind: 'done' });
    expect([...(await stage.lines())]).toEqual(answers(rows));
    expect(await stage.results()).toMatchObject({
      submission: 1,
      output: { lines: 45 },
      errors: null,
      live: { retried: {}, repeated: 0 },
    });
    expect(server.figures()).toMatchObject({ requests: 45, answeredAgain: 0 });
    expect(stage.flow.advanced).toHaveLength(1);
    // the first record of the sitting, and what it has answered
    expect((await stage.chunks()).length).toBeGreaterThanOrEqual(2);
  });

  test('is not asked again by a message that comes late', async () => {
    const { stage, server } = await open(prompts(3));
    const runner = stage.openRunner(chatWith(server.url));
    await runner.run();
    const chunks = await stage.chunks();
    await runner.run();
    expect(server.figures().requests).toBe(3);
    expect(await stage.chunks()).toEqual(chunks);
  });

  test('never has more requests under way than allowed', async () => {
    const { stage, server } = await open(prompts(100), { latencyMs: 5 });
    await stage.openRunner(chatWith(server.url), { concurrency: 5 }).run();
    expect(server.figures()).toMatchObject({ answered: 100, mostUnderWay: 5 });
  });
});

describe('failures', () => {
  test('that may pass are sent again in place, and counted by reason; the answers are complete', async () => {
    const rows = prompts(30);
    const faults = { serverError: 0.08, cut: 0.04, cutInside: 0.04, stalled: 0.06 };
    const { stage, server } = await open(rows, { faults });
    await stage.openRunner(chatWith(server.url), { requestTimeoutMs: 300, retryMs: 20_000 }).run();
    expect([...(await stage.lines())]).toEqual(answers(rows));
    const { retried = {} } = (await stage.results())?.live ?? {};
    expect(Object.keys(retried).toSorted()).toEqual(['connection', 'server-error', 'timeout']);
    const sentAgain = Object.values(retried).reduce((sum, count) => sum + count, 0);
    expect(server.figures().requests).toBe(30 + sentAgain);
  });

  test('of a row itself are its line at once; those that do not pass end with the time for it', async () => {
    const { stage, server } = await open(['good', 'bad [400]', 'ill [500]']);
    await stage.openRunner(chatWith(server.url), { retryMs: 600 }).run();
    expect(Object.fromEntries(await stage.lines())).toEqual({
      good: 'answer to: good',
      'bad [400]': 'invalid_request_error',
      'ill [500]': 'server_error',
    });
    expect(await stage.results()).toMatchObject({ output: { lines: 1 }, errors: { lines: 2 } });
    expect((await stage.results())?.live?.retried['server-error']).toBeGreaterThanOrEqual(1);
  });

  test('of the account stop everybody: no row is failed for a refused key, and its owner is told', async () => {
    const blocked: ChatAnswer = { kind: 'blocked', message: 'Incorrect API key provided' };
    let asked = 0;
    const { stage, server } = await open(prompts(20));
    const refusing: ChatProvider = {
      ...chatWith(server.url),
      send: async () => {
        asked += 1;
        return blocked;
      },
    };
    const runner = stage.openRunner(refusing, { concurrency: 2 });
    expect(await runner.run()).toEqual({ kind: 'postpone', forMs: 30_000 });
    expect([...runner.told.values()]).toEqual(['Incorrect API key provided']);
    expect(asked).toBeLessThanOrEqual(2);
    expect(await stage.results()).toBeNull();

    const after = stage.openRunner(chatWith(server.url));
    await after.run();
    expect([...(await stage.lines())]).toEqual(answers(prompts(20)));
    expect((await stage.results())?.live?.repeated).toBe(0);
  });
});

describe('the user', () => {
  test('who pauses stops new requests, keeps what is under way, and goes on later without a repetition', async () => {
    const rows = prompts(80);
    const { stage, server } = await open(rows, { latencyMs: 20 });
    const runner = stage.openRunner(chatWith(server.url), { concurrency: 4 });
    const running = runner.run();
    await server.admitted(20);
    await stage.ledger.addControl(shardRef, { kind: 'pause' });
    await running;
    const { requests } = server.figures();
    expect(requests).toBeLessThan(80);
    expect(await stage.results()).toBeNull();
    await runner.run();
    expect(server.figures().requests).toBe(requests);

    await stage.ledger.addControl(shardRef, { kind: 'resume' });
    await runner.run();
    expect([...(await stage.lines())]).toEqual(answers(rows));
    expect(server.figures()).toMatchObject({ requests: 80, answeredAgain: 0 });
    expect((await stage.results())?.live?.repeated).toBe(0);
  });

  test('who cancels gets what was answered until then', async () => {
    const { stage, server } = await open(prompts(80), { latencyMs: 20 });
    const running = stage.openRunner(chatWith(server.url), { concurrency: 4 }).run();
    await server.admitted(20);
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await running;
    const lines = [...(await stage.lines()).values()];
    const { answered } = server.figures();
    expect(answered).toBeLessThan(80);
    expect(lines.filter((line) => line.startsWith('answer to'))).toHaveLength(answered);
  });

  test('who cancels before anything was asked pays for nothing', async () => {
    const { stage, server } = await open(prompts(3));
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.openRunner(chatWith(server.url)).run();
    expect(server.figures().requests).toBe(0);
    expect(await stage.results()).toMatchObject({ output: null, errors: null });
  });

  test('whose shard was given up keeps what was answered until then, and nothing more is sent', async () => {
    const rows = prompts(20);
    const { stage, server } = await open(rows, { latencyMs: 20 });
    const stop = new AbortController();
    const running = stage.openRunner(chatWith(server.url), { concurrency: 2 }).run(stop.signal);
    await server.admitted(6);
    stop.abort(new Error('the process closes'));
    await running.catch(() => undefined);
    const { requests, answered } = server.figures();
    await stage.ledger.write(keys.quarantined(shardRef), quarantined('rows-ready'));
    await stage.openRunner(chatWith(server.url)).run();
    expect(server.figures().requests).toBe(requests);
    expect(answered).toBeLessThan(20);
    expect((await stage.results())?.output).toMatchObject({ lines: answered });
  });

  test('whose budget is used up is asked, and nothing is sent', async () => {
    const { stage, server } = await open(prompts(3));
    stage.reservations.answer = { kind: 'over-budget', reason: 'too dear' };
    const runner = stage.openRunner(chatWith(server.url));
    expect(await runner.run()).toEqual({ kind: 'postpone', forMs: 2000 });
    expect(runner.told.get('budget')).toBe('too dear');
    expect([server.figures().requests, await stage.chunks()]).toEqual([0, []]);

    stage.reservations.answer = { kind: 'reserved' };
    await runner.run();
    expect(runner.told.size).toBe(0);
    expect(await stage.results()).not.toBeNull();
  });
});

describe('R23 two runners', () => {
  test('at once: the later one goes on, the earlier one stops without harm, and each row has one line', async () => {
    const rows = prompts(120);
    const { stage, server } = await open(rows, { latencyMs: 10 });
    const first = stage.openRunner(chatWith(server.url)).run();
    await server.admitted(30);
    // what the first has under way keeps it, until the second has begun
    server.setFaults({ stalled: 1 });
    const unrecorded = async () => server.figures().answered - settledLines(await stage.chunks()).size;
    await expect.poll(unrecorded).toBe(0);
    const sittingsSoFar = async () => new Set((await stage.chunks()).map(({ sitting }) => sitting)).size;
    const second = stage.openRunner(chatWith(server.url)).run();
    await expect.poll(sittingsSoFar).toBe(2);
    server.setFaults({});
    await Promise.all([first, second]);
    expect([...(await stage.lines())]).toEqual(answers(rows));
    const { answeredAgain } = server.figures();
    expect((await stage.results())?.live?.repeated).toBeGreaterThanOrEqual(answeredAgain);
    const sittings = (await stage.chunks()).map(({ sitting }) => sitting);
    // whoever was displaced has recorded nothing after it
    expect(sittings).toEqual([...sittings].toSorted((a, b) => sittings.indexOf(a) - sittings.indexOf(b)));
    expect(new Set(sittings).size).toBe(2);
  });

  test('at the same moment: one of them finds the other alive and stops, and each row is asked once', async () => {
    const rows = prompts(40);
    const { stage, server } = await open(rows, { latencyMs: 10 });
    const runners = [stage.openRunner(chatWith(server.url)), stage.openRunner(chatWith(server.url))];
    await Promise.all(runners.map((runner) => runner.run()));
    expect([...(await stage.lines())]).toEqual(answers(rows));
    expect(server.figures().answeredAgain).toBeLessThanOrEqual((await stage.results())?.live?.repeated ?? 0);
  });

  test('one after another: a process that closes ends what is under way, and nothing is asked twice', async () => {
    const rows = prompts(60);
    const { stage, server } = await open(rows, { latencyMs: 20 });
    const closing = new AbortController();
    const first = stage.openRunner(chatWith(server.url)).run(closing.signal);
    await server.admitted(20);
    closing.abort(new Error('closing'));
    await expect(first).rejects.toThrow('closing');
    expect((await stage.chunks()).at(-1)?.mayRepeat).toBe(0);
    await stage.openRunner(chatWith(server.url)).run();
    expect([...(await stage.lines())]).toEqual(answers(rows));
    expect(server.figures().requests).toBe(60);
  });

  test('a process that closes does not wait for an answer that does not come; it counts it', async () => {
    const { stage, server } = await open(prompts(4), { faults: { stalled: 1 } });
    const closing = new AbortController();
    const first = stage.openRunner(chatWith(server.url), { requestTimeoutMs: 20_000 }).run(closing.signal);
    await server.admitted(4);
    closing.abort(new Error('closing'));
    await expect(first).rejects.toThrow('closing');
    expect((await stage.chunks()).at(-1)?.mayRepeat).toBe(4);
    server.setFaults({});
    await stage.openRunner(chatWith(server.url)).run();
    expect((await stage.results())?.live?.repeated).toBe(4);
  });
});

test('a store that is away for a moment costs no answer', async () => {
  const rows = prompts(30);
  const { stage, server } = await open(rows);
  const { store } = stage.ledger;
  const put = store.putIfAbsent.bind(store);
  let failures = 0;
  store.putIfAbsent = async (key, body) => {
    if (!key.endsWith('/c2.json') || failures > 0) return put(key, body);
    failures += 1;
    throw new Error('the store is away');
  };
  await stage.openRunner(chatWith(server.url)).run();
  expect(failures).toBe(1);
  expect([...(await stage.lines())]).toEqual(answers(rows));
  expect(server.figures().requests).toBe(30);
});
