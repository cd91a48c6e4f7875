import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** The thread's side of watchEventLoop. It counts its own ticks and no time: a sleeping machine is not a stuck loop. */
const { beats, limitMs } = workerData as { beats: Int32Array; limitMs: number };

const TICKS = 12;
let last = Atomics.load(beats, 0);
let still = 0;

setInterval(() => {
  const now = Atomics.load(beats, 0);
  still = now === last ? still + 1 : 0;
  last = now;
  if (still < TICKS) return;
  writeSync(2, `The event loop has stood still for ${limitMs} ms; the process is ended.\n`);
  // A thread cannot exit for its process, and a handled signal would wait for the stuck loop.
  process.kill(process.pid, 'SIGKILL');
}, limitMs / TICKS);
