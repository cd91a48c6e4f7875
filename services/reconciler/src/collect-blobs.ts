import { DEFAULT_TENANT } from '@batchmill/contracts';
import { LedgerCorruptionError, prefixes, unnamedInJob, unnamedUploads } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { Events } from './events.ts';

export type CollectorPorts = {
  ledger: Ledger;
  events: Pick<Events, 'collected' | 'notCollected'>;
  now: () => number;
  random: () => number;
  /** How old (ms) a blob that no record names must be. */
  ageMs: number;
};

const STEPS_A_ROUND = 100;
const UPLOADS_A_PASS = 10_000;
const MOST_SUSPECTS = 100_000;
/** Passes begin this many times in the age of a blob: every two hours, where that is seven days. */
const PASSES_IN_AGE = 84;

/**
 * Deletes blobs that no record names: what a writer left that died, or came second; and uploads that no job names. Walks
 * over all jobs a little each round. What it deletes is old, and was found unnamed twice, in passes some time apart: a
 * worker that slept with its machine for longer than the age comes to write its record first. Two at once are harmless.
 */
export const createCollector = ({ ledger, events, now, random, ageMs }: CollectorPorts): { round(): Promise<void> } => {
  const { store } = ledger;
  const passEveryMs = ageMs / PASSES_IN_AGE;
  const seenAtMs = new Map<string, number>();
  /** Final jobs in which nothing is left to collect. */
  const settled = new Set<string>();
  let uploadsAfter: string | undefined;
  let pass: AsyncGenerator<void> | undefined;
  let nextPassMs = now() + passEveryMs * random();

  const isSecondLook = (key: string): boolean => {
    const firstMs = seenAtMs.get(key);
    if (firstMs !== undefined) return now() - firstMs >= passEveryMs / 2;
    if (seenAtMs.size < MOST_SUSPECTS) seenAtMs.set(key, now());
    return false;
  };

  async function* deleteTwiceSeen(prefix: string, found: readonly { key: string; bytes: number }[]) {
    const sum = { blobs: 0, bytes: 0 };
    for (const { key, bytes } of found) {
      if (!isSecondLook(key)) continue;
      await store.delete(key);
      seenAtMs.delete(key);
      sum.blobs += 1;
      sum.bytes += bytes;
      yield;
    }
    if (sum.blobs > 0) events.collected(prefix, sum);
  }

  async function* collectJob(job: string, isOpen: boolean): AsyncGenerator<void> {
    const ref = { tenant: DEFAULT_TENANT, job };
    const { unnamed, young } = yield* unnamedInJob(store, ref, now() - ageMs);
    if (!isOpen && unnamed.length === 0 && young === 0) settled.add(job);
    yield* deleteTwiceSeen(prefixes.jobBlobs(ref), unnamed);
  }

  async function* collectUploads(): AsyncGenerator<void> {
    const wanted = { beforeMs: now() - ageMs, startAfter: uploadsAfter, atOnce: UPLOADS_A_PASS };
    const { unnamed, unused, next } = yield* unnamedUploads(store, DEFAULT_TENANT, wanted);
    uploadsAfter = next;
    yield* deleteTwiceSeen(prefixes.uploadBlobs(DEFAULT_TENANT), unnamed);
    // from now on no job can come to name it; its blob goes in a later pass, when one that was being accepted is there
    for (const { place } of unused) if (isSecondLook(place.key)) await ledger.remove(place);
  }

  /** What cannot be understood may name anything: nothing is deleted there. */
  async function* unlessCorrupt(prefix: string, work: AsyncGenerator<void>): AsyncGenerator<void> {
    try {
      yield* work;
    } catch (error) {
      if (!(error instanceof LedgerCorruptionError)) throw error;
      events.notCollected(prefix, error);
    }
  }

  async function* walk(): AsyncGenerator<void> {
    const open = new Set<string>();
    for await (const { job } of ledger.openRuns(DEFAULT_TENANT)) open.add(job);
    const jobs = prefixes.jobs(DEFAULT_TENANT);
    for await (const folder of store.listPrefixes(jobs)) {
      const job = folder.slice(jobs.length, -1);
      if (open.has(job)) settled.delete(job);
      if (!settled.has(job)) yield* unlessCorrupt(folder, collectJob(job, open.has(job)));
    }
    yield* unlessCorrupt(prefixes.uploadBlobs(DEFAULT_TENANT), collectUploads());
  }

  return {
    async round() {
      if (pass === undefined && now() < nextPassMs) return;
      pass ??= walk();
      try {
        for (let step = 0; step < STEPS_A_ROUND; step += 1) {
          if ((await pass.next()).done !== true) continue;
          pass = undefined;
          break;
        }
      } catch (error) {
        pass = undefined;
        throw error;
      } finally {
        if (pass === undefined) nextPassMs = now() + passEveryMs * (0.75 + random() / 2);
      }
    },
  };
};
