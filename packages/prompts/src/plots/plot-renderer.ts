import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { PlotTask } from './draw-plot.ts';
import type { PlotOptions } from './plot-svg.ts';
import type { Series } from './series-line.ts';

/** Draws plots in threads of its own; they start with the first plot and end with `close`. */
export type PlotRenderer = {
  /** PNG bytes. Rejects with `RangeError` where the series has nothing that can be drawn. */
  render(series: Series, options?: PlotOptions): Promise<Uint8Array>;
  /** How many plots are worth asking for at once. */
  readonly concurrency: number;
  close(): Promise<void>;
};

/** `threads`: one less than the machine has processors, at least one, unless given. */
export const createPlotRenderer = ({ threads }: { threads?: number } = {}): PlotRenderer => {
  const count = threads ?? Math.max(1, availableParallelism() - 1);
  let pool: Tinypool | undefined;
  let isClosed = false;
  return {
    concurrency: 2 * count,
    render: async (series, options = {}) => {
      if (isClosed) throw new Error('the plot renderer is closed');
      pool ??= new Tinypool({ filename: WORKER_FILE, minThreads: count, maxThreads: count, runtime: 'worker_threads' });
      const task: PlotTask = { series, options };
      return (await pool.run(task)) as Uint8Array;
    },
    close: async () => {
      isClosed = true;
      await pool?.destroy();
    },
  };
};

const WORKER_FILE = new URL('plot-worker.ts', import.meta.url).href;
