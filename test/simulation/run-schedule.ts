import type { Control } from '@batchmill/ledger';
import { LedgerCorruptionError } from '@batchmill/ledger';
import { StoreUnavailableError } from '@batchmill/object-store';
import { ProviderError } from '@batchmill/providers';
import { QueueUnavailableError } from '@batchmill/queue';
import { checkLedger } from './check-ledger.ts';
import { drawFaults, drawManners, LEASE_MS, SETTLE_MS } from './faults.ts';
import type { Faults } from './faults.ts';
import type { Guards } from './guards.ts';
import { HintQueues } from './hint-queues.ts';
import { MemoryRedis } from './memory-redis.ts';
import { MemoryStore } from './memory-store.ts';
import { Processes } from './processes.ts';
import { ProviderWorld } from './provider-world.ts';
import { createRandom } from './random.ts';
import { acceptJob, drawJob } from './sample-job.ts';
import { Scheduler } from './scheduler.ts';

export type ScheduleResult = { seed: number; violations: string[]; steps: number; billed: number; trace: string[] };
