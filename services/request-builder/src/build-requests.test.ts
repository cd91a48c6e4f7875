import { readdir } from 'node:fs/promises';
import { PermanentError } from '@batchmill/contracts';
import type { Recut } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import { outcomesBody, quarantined, shardRef, withdrawn } from '@batchmill/ledger/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attemptRef, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const open = async (...options: Parameters<typeof openStage>): Promise<Stage> => {
  const stage = await openStage(...options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};
const texts = (...given: string[]) => given.map((text) => ({ text }));

describe('requests', () => {
  test('carry custom ids of this attempt and the rows home, and stand in source order', async () => {
    const stage = await open(texts('a', 'b', 'c'));
    await stage.build();
    const plan = await stage.plan();
    expect(plan).toMatchObject({
      rows: 3,
      asked: 3,
      parts: [{ requests: { lines: 3 }, provider: 'openai', model: 'm', endpoint: '/v1/chat/completions' }],
    });
    const [part] = plan?.parts ?? [];
    const lines = part === undefined ? [] : await stage.linesOf(part);
    expect(lines.map(({ custom_id: id }) => id)).toEqual(
      ['0', '1', '2'].map((row) => `${shardRef.job}-001-3-${row}-a1`),
    );
    expect(lines[1]).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages: [{ role: 'user', content: 'b' }] },
    });
    expect(part?.estimatedTokens).toBeGreaterThan(0);
    expect(stage.flow.advanced).toHaveLength(1);
  });

  test('are built once: a second message, or one at the same moment, changes nothing', async () => {
    const stage = await open(texts('a'));
    await Promise.all([stage.build(), stage.build()]);
    const plan = await stage.plan();
    await stage.build();
    expect(await stage.plan()).toEqual(plan);
  });

  test('are not built for a shard that was given up', async () => {
    const stage = await open(texts('a'));
    await stage.ledger.write(keys.quarantined(shardRef), quarantined('batch-ended'));
    await stage.build();
    expect(await stage.plan()).toBeNull();
  });

  test('are not built for a cancelled run, nor over a plan that was withdrawn', async () => {
    const stage = await open(texts('a'));
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.build();
    expect(await stage.plan()).toBeNull();
    const other = await open(texts('a'));
    await other.ledger.write(keys.plan(attemptRef()), { rows: 0, asked: 0, parts: [], withdrawn: true });
    await other.build();
    expect(await other.plan()).toMatchObject({ withdrawn: true });
  });
});

describe('parts end exactly at the limit of', () => {
  test('lines, of the provider and of the pipeline', async () => {
    for (const [maxRequests, mine, expected] of [
      [3, undefined, [3, 3]],
      [2, 9, [2, 2, 2]],
      [50, 4, [4, 2]],
    ] as const) {
      const stage = await open(
        texts('a', 'b', 'c', 'd', 'e', 'f'),
        mine === undefined ? {} : { generate: { maxRequests: mine } },
      );
      stage.limits.maxRequests = maxRequests;
      await stage.build();
      expect((await stage.parts()).map((part) => part.length)).toEqual(expected);
    }
  });

  test('bytes: what fits to the last byte stays, one byte less makes a part more', async () => {
    const rows = texts('äöü', 'b'.repeat(50), '😀'.repeat(9), 'd');
    const whole = await open(rows);
    await whole.build();
    const bytes = (await whole.plan())?.parts[0]?.requests.bytes ?? 0;
    for (const [limit, parts] of [
      [bytes, [['0', '1', '2', '3']]],
      [bytes - 1, [['0', '1', '2'], ['3']]],
    ] as const) {
      const stage = await open(rows);
      stage.limits.maxBytes = limit;
      await stage.build();
      expect(await stage.parts()).toEqual(parts);
      for (const { requests } of (await stage.plan())?.parts ?? []) expect(requests.bytes).toBeLessThanOrEqual(limit);
    }
  });

  test('enqueued tokens; a request above the whole limit is told so', async () => {
    const rows = texts('one two three', 'four', 'five six');
    const whole = await open(rows);
    await whole.build();
    const tokens = (await whole.plan())?.parts[0]?.estimatedTokens ?? 0;
    for (const [limit, parts] of [
      [tokens, [['0', '1', '2']]],
      [tokens - 1, [['0', '1'], ['2']]],
      [1, []],
    ] as const) {
      const stage = await open(rows);
      stage.limits.enqueuedTokens = () => limit;
      await stage.build();
      expect(await stage.parts()).toEqual(parts);
      if (limit > 1) continue;
      const reason = {
        code: 'request-too-large',
        message: expect.stringMatching(/about \d+ tokens; at most 1 may wait for m/),
      };
      expect(await stage.unaskable()).toMatchObject(
        ['0', '1', '2'].map((row) => ({ row, outcome: 'invalid', ...reason })),
      );
    }
  });

  test('enqueued tokens as an attempt before has learned of them', async () => {
    const stage = await open(texts('one two three', 'four', 'five six', 'seven eight nine ten'));
    await stage.build();
    const [part] = (await stage.plan())?.parts ?? [];
    const tokens = part?.estimatedTokens ?? 0;
    const again = new Bitmap();
    for (const position of [0, 1, 2, 3]) again.add(position);
    const outcomes = { ...outcomesBody(4, 4), again: { rows: 4, reasons: {}, bitmap: again.encode() } };
    const cut = async (attempt: number, recut: Recut): Promise<string[][]> => {
      const intent = { ...withdrawn, because: 'too-large' as const, recut };
      await stage.ledger.write(keys.intent({ ...attemptRef(attempt), part: 0, submission: 1 }), intent);
      await stage.ledger.write(keys.outcomes(attemptRef(attempt)), outcomes);
      await stage.build(attempt + 1);
      return stage.parts(attempt + 1);
    };
    expect(await cut(1, { limitTokens: tokens - 1, cutTokens: tokens - 1 })).toEqual([['0', '1', '2'], ['3']]);
    // the provider counts more than we do: a request may be larger than its part is to be, but not than the limit
    expect(await cut(2, { limitTokens: tokens - 1, cutTokens: 1 })).toEqual([['0'], ['1'], ['2'], ['3']]);
    expect(await cut(3, { limitTokens: 1, cutTokens: 1 })).toEqual([]);
    expect(await stage.unaskable(4)).toHaveLength(4);
  });

  test('models: one each, however they are mixed', async () => {
    const rows = ['x', 'y', 'x', 'z', 'y', 'x'].map((model) => ({ text: 't', model }));
    const stage = await open(rows, { generate: { model: '{{ model }}', maxRequests: 2 } });
    await stage.build();
    const parts = (await stage.plan())?.parts.map(({ model }, i) => [model, i] as const) ?? [];
    const ids = await stage.parts();
    expect(parts.map(([model, i]) => [model, ids[i]])).toEqual([
      ['x', ['0', '2']],
      ['y', ['1', '4']],
      ['z', ['3']],
      ['x', ['5']],
    ]);
  });

  test('open files: a model per row is cut, not failed', async () => {
    const stage = await open(
      Array.from({ length: 80 }, (_, i) => ({ text: 't', model: `m${i % 70}` })),
      { generate: { model: '{{ model }}' } },
    );
    await stage.build();
    expect((await stage.parts()).flat()).toHaveLength(80);
  });
});

describe('live parts', () => {
  const live = { mode: 'live', model: 'gpt-4o-mini' } as const;
  const many = (count: number) => Array.from({ length: count }, () => ({ text: 'a' }));

  test('are small, take no room in the queue of the provider, and are reckoned at the realtime price', async () => {
    const [stage, batch] = [
      await open(many(501), { generate: live }),
      await open(many(501), { generate: { model: live.model } }),
    ];
    stage.limits.enqueuedTokens = () => 1;
    await Promise.all([stage.build(), batch.build()]);
    const parts = (await stage.plan())?.parts ?? [];
    expect(parts.map(({ mode, requests }) => [mode, requests.lines])).toEqual([
      ['live', 500],
      ['live', 1],
    ]);
    const [whole] = (await batch.plan())?.parts ?? [];
    expect(whole?.mode).toBeUndefined();
    const cost = parts.reduce((sum, { estimatedCost }) => sum + estimatedCost, 0);
    expect(cost).toBeCloseTo(2 * (whole?.estimatedCost ?? 0), 9);
  });

  test('are cut at bytes that fit into memory, and a larger request has a part of its own', async () => {
    const stage = await open(texts('a', 'x'.repeat(9_000_000), 'b', 'c'), { generate: live });
    await stage.build();
    expect(await stage.parts()).toEqual([['0'], ['1'], ['2', '3']]);
  });

  test('may be smaller still, as the pipeline says', async () => {
    const stage = await open(many(3), { generate: { ...live, maxRequests: 2 } });
    await stage.build();
    expect(await stage.parts()).toEqual([['0', '1'], ['2']]);
  });
});

describe('rows', () => {
  test('whose condition is false are skipped, and none is lost', async () => {
    const stage = await open([{ text: 'a', ask: true }, { text: 'b', ask: false }, { text: 'c' }], { when: 'ask' });
    await stage.build();
    const plan = await stage.plan();
    expect(plan).toMatchObject({ rows: 3, asked: 1 });
    const skipped = Bitmap.decode(plan?.skipped);
    expect([0, 1, 2].map((position) => skipped.has(position))).toEqual([false, true, true]);
  });

  test('that cannot be asked are told one by one; the others are asked', async () => {
    const stage = await open([{ text: 'a' }, { other: 1 }, { text: ['no', 'text'] }, { text: 'd' }]);
    await stage.build();
    expect(await stage.plan()).toMatchObject({ rows: 4, asked: 2 });
    expect(await stage.unaskable()).toMatchObject([
      { row: '1', outcome: 'invalid', code: 'unknown-field' },
      { row: '2', outcome: 'invalid' },
    ]);
  });

  test('that are larger than a batch are told so', async () => {
    const stage = await open(texts('a', 'b'.repeat(5000), 'c'));
    stage.limits.maxBytes = 1000;
    await stage.build();
    expect(await stage.unaskable()).toMatchObject([{ row: '1', outcome: 'invalid', code: 'request-too-large' }]);
    expect(await stage.parts()).toEqual([['0', '2']]);
  });

  test('of which none is asked make a plan without parts', async () => {
    const stage = await open(texts('a', 'b'), { when: 'false' });
    await stage.build();
    expect(await stage.plan()).toMatchObject({ rows: 2, asked: 0, parts: [] });
  });

  test('that the last attempt gave back are asked again, with why, and no others', async () => {
    const stage = await open(texts('a', 'b', 'c', 'd'), {
      generate: { params: { max_tokens: 5 }, onTruncated: { max_tokens: 9 } },
    });
    await stage.build();
    const again = new Bitmap();
    for (const position of [1, 3]) again.add(position);
    const failures = await stage.ledger.writeLines(shardRef, 'failures', [
      { row: '0', outcome: 'failed', code: 'c', message: 'm' },
      { row: '1', outcome: 'truncated', code: 'c', message: 'm' },
      { row: '3', outcome: 'invalid', code: 'c', message: 'no number' },
    ]);
    await stage.ledger.write(keys.outcomes(attemptRef(1)), {
      ...outcomesBody(4, 2),
      again: { rows: 2, reasons: {}, bitmap: again.encode() },
      failures,
    });
    await stage.build(2);
    expect(await stage.plan(2)).toMatchObject({ rows: 2, asked: 2 });
    const [part] = (await stage.plan(2))?.parts ?? [];
    const lines = part === undefined ? [] : await stage.linesOf(part);
    expect(lines.map(({ custom_id: id, body }) => [id.slice(-4), body['max_tokens']])).toEqual([
      ['1-a2', 9],
      ['3-a2', 5],
    ]);
    expect(JSON.stringify(lines[1]?.body)).toContain('no number');

    // and once more when in between they were not asked, but their part cut anew
    const uncut = await stage.ledger.writeLines(
      shardRef,
      'failures',
      ['1', '3'].map((row) => ({ row, outcome: 'failed', code: 'too-large', message: 'm', uncounted: true })),
    );
    await stage.ledger.write(keys.outcomes(attemptRef(2)), {
      ...outcomesBody(2, 2),
      again: { rows: 2, reasons: { recut: 2 }, bitmap: again.encode() },
      failures: uncut,
    });
    await stage.build(3);
    const [cutAnew] = (await stage.plan(3))?.parts ?? [];
    const later = cutAnew === undefined ? [] : await stage.linesOf(cutAnew);
    expect(later.map(({ body }) => body)).toEqual(lines.map(({ body }) => body));
  });
});

describe('what goes wrong', () => {
  test('a plan of too many parts is given up with what to change, not tried for ever', async () => {
    const stage = await open(texts(...Array.from({ length: 40 }, () => 'a')), {
      generate: { maxRequests: 1, endpoint: `/v1/${'x'.repeat(7000)}` },
    });
    await expect(stage.build()).rejects.toThrow(PermanentError);
    await expect(stage.build()).rejects.toThrow('max_requests');
  });

  test('a failure in the middle leaves no open file behind', async () => {
    const stage = await open(texts('a', 'b'));
    const { readLines } = stage.ledger;
    stage.ledger.readLines = async function* broken<Value>(
      ...given: Parameters<typeof readLines>
    ): AsyncGenerator<Value> {
      yield* readLines<Value>(...given);
      throw new Error('the store is gone');
    };
    await expect(stage.build()).rejects.toThrow('the store is gone');
    const descriptors = await readdir('/proc/self/fd').catch(() => []);
    await expect(stage.build()).rejects.toThrow('the store is gone');
    expect((await readdir('/proc/self/fd').catch(() => [])).length).toBeLessThanOrEqual(descriptors.length);
    expect(await stage.plan()).toBeNull();
  });
});
