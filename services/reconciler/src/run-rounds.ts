/** Runs rounds one after another with a pause between, until it is closed. A round that fails does not end them. */
export const runRounds = (
  round: () => Promise<void>,
  pauseMs: number,
  failed: (error: unknown) => void,
): { close(): Promise<void> } => {
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
    async close() {
      stopped = true;
      stop.resolve();
      await ended;
    },
  };
};
