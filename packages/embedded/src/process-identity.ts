import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one with the same number by when it was started. */
export type ProcessIdentity = { pid: number; startedAt: string };

export const ownIdentity = async (): Promise<ProcessIdentity> => ({
  pid: process.pid,
  startedAt: (await startOf(process.pid)) ?? '',
});

export const isAlive = async ({ pid, startedAt }: ProcessIdentity): Promise<boolean> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = await startOf(pid);
  return started === null || startedAt === '' || started === startedAt;
};

/** Start time in clock ticks since boot (proc_pid_stat(5), field 22); null where there is no /proc. */
const startOf = async (pid: number): Promise<string | null> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything, spaces and parentheses too
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
};
