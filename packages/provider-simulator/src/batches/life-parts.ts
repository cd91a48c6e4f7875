import type { AnswerMaker } from '../answers/answer-maker.ts';
import type { FairTurns } from '../fair-turns.ts';
import type { FaultControl } from '../faults/fault-control.ts';
import type { Meter } from '../meter/meter.ts';
import type { SimulatorLimits, SimulatorTiming } from '../options.ts';
import type { Store } from '../state/store.ts';
import type { VirtualClock } from '../state/virtual-clock.ts';
import type { WebhookSender } from '../webhooks/webhook-sender.ts';

/** What a batch needs to live. */
export type LifeParts = {
  store: Store;
  clock: VirtualClock;
  meter: Meter;
  answer: AnswerMaker;
  faults: FaultControl;
  turns: FairTurns;
  webhooks: WebhookSender;
  limits: SimulatorLimits;
  timing: SimulatorTiming;
};
