import { isFinalState } from '@batchmill/contracts';
import type { Started } from './start-job.ts';

/** What became of the wish to start a run: a new job, one that goes on, or one that has ended before. */
export const beganText = (started: Started): string => `${jobText(started)}${previousText(started)}`;

const jobText = ({ id, state, began }: Started): string => {
  if (began === 'new') return `Job ${id} begins.`;
  if (began === 'resumed')
    return `This run is known as job ${id} and has not ended: it goes on. (--new starts another.)`;
  const known = `This run is known as job ${id} and has ended`;
  if (state === 'failed') return `${known}: it failed. (--new tries once more.)`;
  const again = state === 'completed' ? '' : ` \`batchmill retry ${id}\` asks the rows that are not ok again.`;
  return `${known}: its files are written again, nothing is paid. (--new starts another.)${again}`;
};

/** A run that was changed is another one: its earlier form may still be under way, and cost money. */
const previousText = ({ previous }: Started): string =>
  previous === undefined || isFinalState(previous.state)
    ? ''
    : `\nIt is another run than job ${previous.id} of the same name, which has not ended. (batchmill resume or cancel ${previous.id})`;

/** What a new run need not pay for, though it is another one than before; null where there is nothing of the kind. */
export const reusableText = ({ previous }: Started): string | null =>
  previous === undefined || !isFinalState(previous.state) || previous.state === 'failed'
    ? null
    : `It is another run than job ${previous.id} of the same name. (--reuse ${previous.id} takes over its answers to requests that are equal.)`;
