import { noUsage } from '@batchmill/contracts';
import { blobKey, keys, openLedger, prefixes } from '@batchmill/ledger';
import type { Ledger, RecordBase, RecordKey } from '@batchmill/ledger';
import { closeStage, ended, file, partPlan, pipeline, row, shardRef, temporaryStore } from '@batchmill/ledger/testing';
import type { TemporaryStore } from '@batchmill/ledger/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCollector } from './collect-blobs.ts';

const HOUR_MS = 3_600_000;
const AGE_MS = 7 * 24 * HOUR_MS;
const OTHER = 'bbbbbbbbbbbbbbbb';

let folder: TemporaryStore;
let ledger: Ledger;
let nowMs: number;
/** Blobs that were written just now; all others are older than the age. */
let young: Set<string>;
let reads: string[];
let told: { collected: { prefix: string; blobs: number; bytes: number }[]; notCollected: string[] };

beforeEach(async () => {
  folder = await temporaryStore();
  nowMs = Date.now() + AGE_MS + HOUR_MS;
  young = new Set();
  reads = [];
  told = { collected: [], notCollected: [] };
  const { store } = folder;
  const watched: typeof store = {
    ...store,
    get: (key) => {
      reads.push(key);
      return store.get(key);
    },
    async *list(prefix, options) {
      for await (const info of store.list(prefix, options))
        yield young.has(info.key) ? { ...info, modifiedAtMs: nowMs - 1 } : info;
    },
  };
  ledger = openLedger({ store: watched, now: () => nowMs });
  return () => folder[Symbol.asyncDispose]();
});

const newCollector = () => {
  const collector = createCollector({
    ledger,
    events: {
      collected: (prefix, sum) => void told.collected.push({ prefix, ...sum }),
      notCollected: (prefix) => void told.notCollected.push(prefix),
    },
    now: () => nowMs,
    random: () => 0.5,
    ageMs: AGE_MS,
  });
  return {
    ...collector,
    /** A whole pass, however many rounds that takes. */
    async pass() {
      nowMs += 3 * HOUR_MS;
      for (let round = 0; round < 50; round += 1) await collector.round();
    },
  };
};

const passes = async (number: number, collector = newCollector()): Promise<void> => {
  for (let each = 0; each < number; each += 1) await collector.pass();
};

const run = { tenant: shardRef.tenant, job: shardRef.job, run: 1 };
const addJob = async (job = shardRef.job, changes = {}): Promise<void> => {
  const ref = { ...run, job };
  await ledger.write(keys.job(ref), { ...ref, name: 'n', pipeline: pipeline(), inputs: [], ...changes });
  await ledger.write(keys.run(ref), { run: 1, reason: 'first' });
};
const blobs = async (prefix = prefixes.jobBlobs(run)): Promise<string[]> =>
  (await Array.fromAsync(folder.store.list(prefix))).map(({ key }) => key);
const uploadBlobs = () => blobs(prefixes.uploadBlobs(run.tenant));

/** The same message handled twice: the second writer's blob is named by nothing. */
const deliverTwice = async (job = shardRef.job): Promise<{ winner: string; loser: string }> => {
  const shard = { ...shardRef, job };
  for (let time = 0; time < 2; time += 1) await closeStage(ledger, shard, '001', [row('0')]);
  const winner = (await ledger.read(keys.closed(shard, '001')))?.rows?.key ?? '';
  const loser = (await blobs(prefixes.jobBlobs(shard))).find((key) => key !== winner) ?? '';
  expect(loser).not.toBe('');
  return { winner, loser };
};

describe('of a message that was handled twice', () => {
  test('the blob that lost goes, counted; the one that is named stays', async () => {
    await addJob();
    const { winner } = await deliverTwice();
    await passes(2);
    expect(await blobs()).toEqual([winner]);
    expect(told.collected).toMatchObject([{ prefix: prefixes.jobBlobs(run), blobs: 1 }]);
    expect(told.collected[0]?.bytes).toBeGreaterThan(0);
  });

  test('a young loser stays: a record that names it may be about to be written', async () => {
    await addJob();
    const { loser } = await deliverTwice();
    young.add(loser);
    await passes(4);
    expect(await blobs()).toContain(loser);
    young.clear();
    await passes(2);
    expect(await blobs()).not.toContain(loser);
  });

  test('a loser that gets its record between two looks stays', async () => {
    await addJob();
    const { loser } = await deliverTwice();
    const collector = newCollector();
    await collector.pass();
    const info = await folder.store.head(loser);
    const late = { key: loser, bytes: info?.bytes ?? 0, sha256: '0'.repeat(64), lines: 1 };
    await ledger.write(keys.results({ ...shardRef, stage: '001', attempt: 1, part: 0 }), {
      submission: 1,
      output: late,
      errors: null,
    });
    await passes(3, collector);
    expect(await blobs()).toContain(loser);
  });

  test('two collectors at once leave the same', async () => {
    await addJob();
    const { winner } = await deliverTwice();
    const [one, other] = [newCollector(), newCollector()];
    for (let pass = 0; pass < 3; pass += 1) await Promise.all([one.pass(), other.pass()]);
    expect(await blobs()).toEqual([winner]);
  });
});

describe('what a record names', () => {
  test('stays, whatever the record', async () => {
    await addJob();
    const at = { ...shardRef, stage: '001', attempt: 1, part: 0, submission: 1 };
    const line = (name: string) => ledger.writeLines(shardRef, name, ['{}']);
    const outputBlob = (name: string) => folder.store.putBlob(blobKey.output(run, name, 'n'), Buffer.from('x'));
    const delivered = async (path: string) => ({ path, blob: await outputBlob(path), rows: 1, mediaType: 'x' });
    const { cost, realtimeCost, usage } = { cost: 0, realtimeCost: 0, usage: noUsage };
    await ledger.write(keys.plan(at), {
      rows: 1,
      asked: 1,
      parts: [{ ...partPlan(), requests: await line('requests') }],
      unaskable: await line('unaskable'),
    });
    await ledger.write(keys.file(at), file());
    await ledger.write(keys.ended(at), ended('completed'));
    await ledger.write(keys.results(at), { submission: 1, output: await line('output'), errors: await line('errors') });
    await ledger.write(keys.outcomes(at), {
      rows: 1,
      counts: { ok: 1 },
      bitmaps: {},
      again: { rows: 0, reasons: {}, bitmap: '' },
      lines: { unknown: 0, duplicate: 0, unparsable: 0 },
      answers: await line('answers'),
      failures: await line('failures'),
      strays: await line('strays'),
      usage,
      cost,
      realtimeCost,
    });
    await closeStage(ledger, shardRef, '001', [row('0')]);
    await ledger.write(keys.shardClosed(shardRef), { lastStage: '001', rows: 1, quarantined: false });
    await ledger.write(keys.output(run, '0-0'), await delivered('a'));
    await ledger.write(keys.manifest(run), {
      outputs: { ...(await outputBlob('list')), lines: 1 },
      rejects: await delivered('rejects.jsonl'),
      report: await delivered('report.json'),
      page: await delivered('report.html'),
    });
    const before = await blobs();
    expect(before).toHaveLength(13);
    await passes(3);
    expect(await blobs()).toEqual(before);
    expect(told.collected).toEqual([]);
  });

  test('stays also where it stands in a field that only a newer version knows', async () => {
    await addJob();
    const { key } = await ledger.writeLines(shardRef, 'new', ['{}']);
    const record = { v: 1, nonce: 'n', at: 1, state: 'failed', rows: 0, outcomes: {}, new: { blob: { key } } };
    await folder.store.putIfAbsent(keys.done(run).key, Buffer.from(JSON.stringify(record)));
    await passes(3);
    expect(await blobs()).toEqual([key]);
  });
});

describe('a record that cannot be understood', () => {
  const damage: [string, RecordKey<RecordBase>, string][] = [
    ['is cut off', keys.plan({ ...shardRef, stage: '002', attempt: 1 }), '{"v":1,"nonce":"n"'],
    ['lacks what it must have', keys.done(run), '{"v":1,"nonce":"n","at":1}'],
    ['is of a newer form', keys.job({ ...run, job: OTHER }), '{"v":2,"nonce":"n","at":1}'],
    ['is of a kind we do not know', { ...keys.done(run), key: `${prefixes.job(run)}runs/1/new.json` }, '{}'],
  ];
  test.each(damage)('that %s stops the collecting there, with a word, and nowhere else', async (_what, place, text) => {
    const broken = place.key.includes(OTHER) ? OTHER : shardRef.job;
    const whole = broken === OTHER ? shardRef.job : OTHER;
    if (broken !== OTHER) await addJob(broken);
    await addJob(whole);
    await folder.store.putIfAbsent(place.key, Buffer.from(text));
    const { loser } = await deliverTwice(broken);
    const { winner } = await deliverTwice(whole);
    await passes(2);
    expect(await blobs(prefixes.jobBlobs({ ...run, job: broken }))).toContain(loser);
    expect(await blobs(prefixes.jobBlobs({ ...run, job: whole }))).toEqual([winner]);
    expect(told.notCollected).toContain(prefixes.job({ ...run, job: broken }));
  });

  test('of a job keeps all uploads: it may name any', async () => {
    await folder.store.putIfAbsent(keys.job(run).key, Buffer.from('{'));
    await folder.store.putBlob(blobKey.upload(run.tenant, 'a'), Buffer.from('a'));
    await passes(3);
    expect(await uploadBlobs()).toHaveLength(1);
    expect(told.notCollected).toContain(prefixes.uploadBlobs(run.tenant));
  });
});

describe('uploads', () => {
  const upload = async (id: string) => {
    const blob = await folder.store.putBlob(blobKey.upload(run.tenant, id), Buffer.from(id));
    await ledger.write(keys.upload(run.tenant, id), { id, name: id, blob });
    return blob;
  };

  test('that a job names stay, as input or as picture; those that none names go, and can be sent again', async () => {
    const input = await upload('input');
    const picture = await upload('picture');
    const unused = await upload('unused');
    const lines = Buffer.from(`${JSON.stringify({ path: 'a.png', ...picture })}\n`);
    const list = await folder.store.putBlob(blobKey.upload(run.tenant, 'assets'), lines);
    await addJob(shardRef.job, { inputs: [{ name: 'x', ...input }], assets: { ...list, lines: 1 } });
    const collector = newCollector();
    await passes(2, collector);
    // first its record, so that no job can come to name it any more
    expect(await folder.store.get(keys.upload(run.tenant, 'unused').key)).toBeNull();
    expect(await uploadBlobs()).toContain(unused.key);
    await passes(2, collector);
    expect(await uploadBlobs()).toEqual([list, input, picture].map(({ key }) => key).sort());
    for (const id of ['input', 'picture'])
      expect(await folder.store.get(keys.upload(run.tenant, id).key)).not.toBeNull();
    const again = await upload('unused');
    expect((await ledger.read(keys.upload(run.tenant, 'unused')))?.blob).toEqual(again);
  });

  test('that no record names go, the young stay', async () => {
    const names = ['cut-off', 'fetched'].map((id) => blobKey.upload(run.tenant, id));
    for (const key of names) await folder.store.putBlob(key, Buffer.from(key));
    young.add(names[0] ?? '');
    await passes(2);
    expect(await uploadBlobs()).toEqual(names.slice(0, 1));
  });

  test('that a job comes to name while its record is taken away stay', async () => {
    const blob = await upload('late');
    const collector = newCollector();
    await passes(2, collector);
    expect(await folder.store.get(keys.upload(run.tenant, 'late').key)).toBeNull();
    await addJob(shardRef.job, { inputs: [{ name: 'x', ...blob }] });
    await passes(3, collector);
    expect(await uploadBlobs()).toEqual([blob.key]);
  });
});

describe('the walk', () => {
  test('does a bounded piece of work in a round', async () => {
    await addJob();
    await deliverTwice();
    for (let n = 0; n < 300; n += 1) await ledger.write(keys.control(run, n), { kind: 'pause', run: 1 });
    const collector = newCollector();
    nowMs += 3 * HOUR_MS;
    reads = [];
    await collector.round();
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.length).toBeLessThanOrEqual(100);
  });

  test('reads a final job no more once it is clean, until a retry opens it again', async () => {
    await addJob();
    await deliverTwice();
    const collector = newCollector();
    await passes(3, collector);
    reads = [];
    await passes(2, collector);
    const readOfRun = () => reads.filter((key) => key.startsWith(prefixes.runs(run)));
    expect(readOfRun()).toEqual([]);
    await ledger.write(keys.openMarker(run), { run: 2 });
    await ledger.write(keys.run({ ...run, run: 2 }), { run: 2, reason: 'retry' });
    await collector.pass();
    expect(readOfRun().length).toBeGreaterThan(0);
  });
});
