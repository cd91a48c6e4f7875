/** Part of the interface: scripts rely on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** The job has ended, with rows that are not ok. */
  rowsNotOk: 3,
  /** As every program that Ctrl-C ended: 128 + SIGINT. */
  interrupted: 130,
} as const;

const WORST_FIRST = [EXIT.interrupted, EXIT.failed, EXIT.usage, EXIT.rowsNotOk];

/** What a command with several jobs ends with. */
export const worstOf = (exitCodes: readonly number[]): number =>
  WORST_FIRST.find((exitCode) => exitCodes.includes(exitCode)) ?? EXIT.ok;
