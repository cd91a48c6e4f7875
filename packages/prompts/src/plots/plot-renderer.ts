import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { PlotFormat, PlotTask } from './draw-plot.ts';
import type { PlotLine, PlotOptions } from './plot-options.ts';

/** Draws plots in threads of its own; they start with the first plot and end with `close`. */
export type PlotRenderer = {
  /** The bytes of a PNG, or of an SVG. Rejects with `RangeError` where no line has anything that can be drawn. */
  render(lines: readonly PlotLine[], options?: PlotOptions, format?: PlotFormat): Promise<Uint8Array>;
  /** How many plots are worth asking for at once. */
  readonly concurrency: number;
  close(): Promise<void>;
};

/** `threads`: as many as the machine has processors, unless given. */
export const createPlotRenderer = ({ threads }: { threads?: number } = {}): PlotRenderer => {
  const count = threads ?? availableParallelism();
  let pool: Tinypool | undefined;
  let isClosed = false;
  return {
    concurrency: 2 * count,
    render: async (lines, options = {}, format = 'png') => {
      if (isClosed) throw new Error('the plot renderer is closed');
      pool ??= new Tinypool({ filename: WORKER_FILE, minThreads: count, maxThreads: count, runtime: 'worker_threads' });
      const task: PlotTask = { lines, options, format };
      return (await pool.run(task)) as Uint8Array;
    },
    close: async () => {
      isClosed = true;
      await pool?.destroy();
    },
  };
};

const WORKER_FILE = new URL('plot-worker.ts', import.meta.url).href;
