const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What the imitated provider allows. Times are virtual. */
export type SimulatorLimits = {
  requestsPerBatch: number;
  /** Largest input file of a batch, in bytes. */
  batchFileBytes: number;
  /** Largest file of any purpose, in bytes. */
  fileBytes: number;
  batchCreatesPerHour: number;
  /** Prompt tokens in open batches: one number for every model, or a number per model with `*` for the others. */
  enqueuedTokensPerModel: number | Record<string, number>;
  /** A batch that has not ended by then expires. */
  completionWindowMs: number;
  fileLifetimeMs: number;
  /** Realtime requests, counted in real minutes. */
  chatRequestsPerMinute: number;
  chatTokensPerMinute: number;
};

/** How long a batch stays in each state, in virtual milliseconds: drawn from [least, most] by the seed. */
export type SimulatorTiming = {
  validatingMs: readonly [number, number];
  validatingMsPerMiB: number;
  runningMs: readonly [number, number];
  runningMsPerRow: number;
  finalizingMs: readonly [number, number];
  cancellingMs: readonly [number, number];
};

export type SimulatorOptions = {
  /** 0, the default, takes a free one. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  dataDir: string;
  /** The clock runs this many times faster than real time. */
  speed: number;
  seed?: number;
  limits?: Partial<SimulatorLimits>;
  timing?: Partial<SimulatorTiming>;
  /** Real time in ms since 1970. */
  now?: () => number;
};

/** Sources of the numbers: observed-behaviour.ts. */
export const DEFAULT_LIMITS: SimulatorLimits = {
  requestsPerBatch: 50_000,
  batchFileBytes: 209_715_200,
  fileBytes: 512 * 1024 * 1024,
  batchCreatesPerHour: 2_000,
  enqueuedTokensPerModel: 2_000_000_000,
  completionWindowMs: DAY_MS,
  fileLifetimeMs: 30 * DAY_MS,
  chatRequestsPerMinute: 30_000,
  chatTokensPerMinute: 150_000_000,
};

export const DEFAULT_TIMING: SimulatorTiming = {
  validatingMs: [3_000, 30_000],
  validatingMsPerMiB: 200,
  runningMs: [3 * MINUTE_MS, 90 * MINUTE_MS],
  runningMsPerRow: 30,
  finalizingMs: [5_000, MINUTE_MS],
  cancellingMs: [5_000, 10 * MINUTE_MS],
};

export const tokenPoolOf = (pools: number | Record<string, number>, model: string): number =>
  typeof pools === 'number' ? pools : (pools[model] ?? pools['*'] ?? Number.POSITIVE_INFINITY);
