import type { PartRef } from '@batchmill/contracts';
import type { Control, Ledger, PartFacts } from '@batchmill/ledger';
import { askRow, BlockedError } from './ask-row.ts';
import type { AskPorts, LiveRequest } from './ask-row.ts';
import { createCheckpoints, DisplacedError } from './checkpoints.ts';
import type { LiveSettings } from './live-settings.ts';
import { openRequests } from './open-requests.ts';
import { repeatedly } from './repeatedly.ts';
import { createRowWindow } from './row-window.ts';
import { ControlledError, watchForStop } from './stopping.ts';

export type SittingPorts = Omit<AskPorts, 'settings'> & {
  ledger: Ledger;
  settings: LiveSettings;
  worker: string;
  readControl: () => Promise<Control>;
  recorded(rows: number): void;
};

/** Why a sitting has ended; `finished`: every row of the part is settled. */
export type SittingEnd =
  | { kind: 'finished' | 'paused' | 'cancelled' | 'displaced' }
  | { kind: 'blocked'; message: string };

/**
 * One sitting: asks every row of a part that no checkpoint settles, and records answers as they come. It may be killed at
 * any moment. Throws the reason of `lost` (the process closes, or the work is another's now), and what the store says.
 */
export const askPart = async (
  ports: SittingPorts,
  ref: PartRef,
  part: PartFacts,
  lost: AbortSignal,
): Promise<SittingEnd> => {
  const { ledger, settings, worker, readControl } = ports;
  const requests = await openRequests(ledger, part);
  if (requests.length === 0) return { kind: 'finished' };
  const rows = createRowWindow(mostUnrecorded(settings));
  const mayRepeat = Math.min(mostUnrecorded(settings), requests.length);
  const checkpoints = createCheckpoints({
    ledger,
    ref,
    sitting: ledger.nonce(),
    worker,
    first: (part.chunks?.length ?? 0) + 1,
    mayRepeat,
    recorded: (count) => {
      rows.end(count);
      ports.recorded(count);
    },
  });
  const { controlMs, drainMs } = settings;
  const stopping = watchForStop({ readControl, controlMs, drainMs, lost });
  const record = (): Promise<void> =>
    checkpoints.write().catch((error: unknown) => {
      // whoever has displaced us asks the same rows
      if (error instanceof DisplacedError) stopping.giveUp(error);
      else stopping.because(error);
    });
  const rowPorts: AskPorts = {
    ...ports,
    retried: (reason, message) => {
      checkpoints.retried(reason);
      ports.retried(reason, message);
    },
  };
  const asking = { endpoint: part.plan.endpoint, stop: stopping.stop, abandon: stopping.abandon };
  let open = requests.length;
  const ask = async (request: LiveRequest): Promise<void> => {
    try {
      checkpoints.add(request.line, await askRow(rowPorts, request, asking));
      open -= 1;
      if (checkpoints.waiting >= settings.checkpointRows) void record();
    } catch (error) {
      stopping.because(error);
    }
  };

  const timer = repeatedly(record, settings.checkpointMs);
  try {
    // takes the number that a sitting before this one would need, should it still be alive
    await checkpoints.write(mayRepeat);
    const running: Promise<void>[] = [];
    for (const request of requests) {
      if (!(await rows.begin(stopping.stop))) break;
      running.push(ask(request));
    }
    await Promise.all(running);
    const givenUp = stopping.abandon.aborted ? rows.open - checkpoints.waiting : 0;
    await checkpoints.write(open === 0 ? undefined : givenUp);
    return open === 0 ? { kind: 'finished' } : endOf(stopping.stop.reason);
  } catch (error) {
    return endOf(error);
  } finally {
    timer.end();
    stopping.end();
  }
};

/** Rows that are begun and in no record yet: enough that nobody waits for the store. */
const mostUnrecorded = ({ concurrency, checkpointRows }: LiveSettings): number => 2 * (concurrency + checkpointRows);

const endOf = (reason: unknown): SittingEnd => {
  if (reason instanceof ControlledError) return { kind: reason.kind };
  if (reason instanceof DisplacedError) return { kind: 'displaced' };
  if (reason instanceof BlockedError) return { kind: 'blocked', message: reason.message };
  throw reason;
};
