import type { BatchDesk } from '../batches/batch-desk.ts';
import type { LifeParts } from '../batches/life-parts.ts';

export type ServerParts = LifeParts & { desk: BatchDesk; seed: number; realNow: () => number };
