import type { Random } from './random.ts';

/** What goes wrong in one schedule, and how often: probabilities per occasion, times in ms. */
export type Faults = {
  /** Faults come until then; afterwards everything must come to its end. */
  untilSteps: number;
  /** An answer comes after its effect by up to `lateAnswerMs`. */
  lateAnswer: number;
  lateAnswerMs: number;
  crash: number;
  freeze: number;
  freezeMs: number;
  wipeRedis: number;
  redisFails: number;
  storeFails: number;
  providerFails: number;
  slowPost: number;
  slowPostMs: number;
  lostPostReply: number;
  refusedPost: number;
  failedValidation: number;
  cutDownload: number;
  loseMessage: number;
  repeatMessage: number;
  /** A message of long ago comes once more. */
  strayMessage: number;
  /** A message is given up, as if it had killed three processes. */
  giveUp: number;
  /** Clocks of the processes differ from the true one by up to this. */
  skewMs: number;
};

/** Shares of rows and batches the provider treats badly, at all times. */
export type Manners = {
  rowFails: number;
  rowRefused: number;
  rowMissing: number;
  rowGarbled: number;
  lineTwice: number;
  batchExpires: number;
  knowsSizes: boolean;
  /** A batch is listed, and found by its id, up to this long after it was made (ms). */
  listLagMs: number;
};

export const LEASE_MS = 90_000;
export const SETTLE_MS = 60_000;
export const SKEW_MS = 2000;

/** Longest time after which a provider must list a batch for the fence wait to be long enough, clocks included. */
export const LIST_LAG_MS = SETTLE_MS - 2 * SKEW_MS - 1000;

/** Schedules differ in kind, so that rare things also come undisturbed by others. */
export const drawFaults = (random: Random): Faults => {
  const some = (probability: number): number => (random.chance(0.5) ? probability * random.next() : 0);
  return {
    untilSteps: random.between(50, 500),
    lateAnswer: some(0.2),
    lateAnswerMs: random.pick([100, 30_000, 2 * SETTLE_MS]),
    crash: some(0.02),
    freeze: some(0.02),
    freezeMs: random.pick([20_000, LEASE_MS, 3 * (LEASE_MS + SETTLE_MS)]),
    wipeRedis: some(0.004),
    redisFails: some(0.01),
    storeFails: some(0.02),
    providerFails: some(0.1),
    slowPost: some(0.7),
    slowPostMs: random.pick([LEASE_MS, 3 * (LEASE_MS + SETTLE_MS)]),
    lostPostReply: some(0.5),
    refusedPost: some(0.15),
    failedValidation: some(0.15),
    cutDownload: some(0.3),
    loseMessage: some(0.15),
    repeatMessage: some(0.15),
    strayMessage: some(0.05),
    giveUp: random.chance(0.4) ? random.pick([0.01, 0.05, 0.3]) * random.next() : 0,
    skewMs: random.chance(0.5) ? SKEW_MS : 0,
  };
};

export const drawManners = (random: Random): Manners => {
  const some = (probability: number): number => (random.chance(0.4) ? probability * random.next() : 0);
  return {
    rowFails: some(0.5),
    rowRefused: some(0.3),
    rowMissing: some(0.3),
    rowGarbled: some(0.2),
    lineTwice: some(0.3),
    batchExpires: some(0.5),
    knowsSizes: random.chance(0.8),
    listLagMs: random.pick([0, 10_000, LIST_LAG_MS]),
  };
};
