import type { Control } from './control.ts';
import type { NextOfPart } from './next-of-part.ts';

/**
 * What comes next for a live part without results: its rows are asked. A cancelled one is handed to the runner too: it
 * stops, and stores what there is.
 */
export const nextOfLivePart = (control: Control): NextOfPart =>
  control.paused && !control.cancelled
    ? { settled: false, wait: { on: 'pause', until: null } }
    : { settled: false, runLive: true };
