import type { Control } from './control.ts';
import type { NextOfPart } from './next-of-part.ts';
import type { PartFacts } from './shard-facts.ts';

/**
 * What comes next for a live part without results: its rows are asked. That of a cancelled run or a shard that was given
 * up is handed to the runner too: it stops, and stores what there is.
 */
export const nextOfLivePart = ({ givenUp }: PartFacts, control: Control): NextOfPart => {
  if (givenUp?.askingLive === true) return { settled: true };
  const isStopped = control.cancelled || givenUp !== undefined;
  return control.paused && !isStopped
    ? { settled: false, wait: { on: 'pause', until: null } }
    : { settled: false, runLive: true };
};
