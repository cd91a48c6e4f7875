import { setImmediate } from 'node:timers/promises';
import { drawPlot } from './draw-plot.ts';
import type { PlotTask } from './draw-plot.ts';

/**
 * The native pictures of drawn plots are freed only when the thread's event loop turns, which the pool does not let it do
 * between two tasks: without the wait a thread holds 5 MB more after each plot.
 */
const drawInThread = async (task: PlotTask): Promise<Uint8Array> => {
  const picture = drawPlot(task);
  await setImmediate();
  return picture;
};

export default drawInThread;
