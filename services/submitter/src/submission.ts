import type { PartPlan, SubmissionRef } from '@batchmill/contracts';
import type { Attention, Reservations } from '@batchmill/flow';
import type { Control, Ledger, PartFacts, SubmissionFacts, SubmissionSettings } from '@batchmill/ledger';
import type { BatchProvider } from '@batchmill/providers';
import type { Events } from './events.ts';

/** Everything from outside that a submission touches: each can be replaced in a simulation. */
export type Ports = {
  ledger: Ledger;
  provider: BatchProvider;
  reservations: Reservations;
  attention: Attention;
  readControl: () => Promise<Control>;
  /** Whether the shard is given up: then nothing new is placed. */
  isGivenUp: () => Promise<boolean>;
  /** Our random id, part of every tag, so that two deployments on one account leave each other alone. */
  deploymentId: string;
  worker: string;
  claimDeadlineMs: number;
  settings: SubmissionSettings;
  now: () => number;
  /** A clock that no one sets (ms): for our own deadlines. */
  monotonicMs: () => number;
  events: Events;
};

/** One try to place a part, with what the ledger says of it. */
export type Submission = {
  ref: SubmissionRef;
  part: PartFacts;
  plan: PartPlan;
  facts: SubmissionFacts;
  maxCost: number | undefined;
  /** Limit of waiting tokens that this stage has learned of; null = none. */
  learnedTokens: number | null;
};

/** After a step: `moved` = the ledger says something new, `waitMs` = look again then. */
export type Step = { kind: 'moved' } | { kind: 'wait'; waitMs: number; reason: string };

export const moved: Step = { kind: 'moved' };
export const wait = (waitMs: number, reason: string): Step => ({ kind: 'wait', waitMs: Math.max(waitMs, 50), reason });
