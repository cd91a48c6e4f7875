import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs rounds one after another with a pause between, until it is closed. A round that fails does not end them. `close`
 * waits for the running round, but only until its deadline: without Redis each call of a round fails late.
 */
export const runRounds = (
  round: () => Promise<void>,
  pauseMs: number,
  failed: (error: unknown) => void,
): { close(deadlineMs: number): Promise<void> } => {
  const stop = Promise.withResolvers<void>();
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      try {
        await round();
      } catch (error) {
        failed(error);
      }
      await pause();
    }
  };
  const pause = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, pauseMs);
      }),
      stop.promise,
    ]);
    clearTimeout(timer);
  };
  const ended = loop();
  return {
    async close(deadlineMs) {
      stopped = true;
      stop.resolve();
      const patience = new AbortController();
      const deadline = delay(deadlineMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([ended, deadline]);
      patience.abort();
    },
  };
};
