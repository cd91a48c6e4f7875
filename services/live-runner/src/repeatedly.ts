/** Does `work` every `intervalMs`, never beside itself, until it is ended; what it throws is left to the next time. */
export const repeatedly = (work: () => Promise<void>, intervalMs: number): { end(): void } => {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    work()
      .catch(() => undefined)
      .finally(() => (isBusy = false));
  }, intervalMs);
  return { end: () => clearInterval(timer) };
};
