import { readFile } from 'node:fs/promises';

/** What a process has used so far: computing of all its threads, and the most memory it had resident (Linux only). */
export const usageOf = async (pid: number): Promise<{ busySeconds: number; peakMb: number }> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // clock ticks are hundredths of a second on every Linux we know
  const busySeconds = (Number(fields[11]) + Number(fields[12])) / 100;
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { busySeconds, peakMb: Math.round(peakKb / 1024) };
};
