import type { Config } from './config.ts';

/** Numbers of a live-runner; times in ms. */
export type LiveSettings = {
  concurrency: number;
  requestTimeoutMs: number;
  retryMs: number;
  checkpointRows: number;
  checkpointMs: number;
  /** How often a sitting looks whether the user wants it to stop. */
  controlMs: number;
  /** What is under way when the process closes is waited for so long. */
  drainMs: number;
};

export const settingsOf = (config: Config): LiveSettings => ({
  concurrency: config.LIVE_CONCURRENCY,
  requestTimeoutMs: config.LIVE_REQUEST_TIMEOUT_MS,
  retryMs: config.LIVE_RETRY_MS,
  checkpointRows: config.LIVE_CHECKPOINT_ROWS,
  checkpointMs: config.LIVE_CHECKPOINT_MS,
  controlMs: CONTROL_MS,
  drainMs: DRAIN_MS,
});

const CONTROL_MS = 1000;
/** Shorter than any orderly shutdown: the last checkpoint comes after it. */
const DRAIN_MS = 5000;
