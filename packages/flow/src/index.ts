export { createFlow, defaultFlowSettings } from './flow.ts';
export type { Flow, FlowOptions, FlowSettings } from './flow.ts';
export { partEntry, shardEntry, submissionEntry, submissionName } from './ids.ts';
export { quarantine } from './quarantine.ts';
export type { QuarantineReason } from './quarantine.ts';
export type { PoolLimits } from './pool-limits.ts';
export { createReservations } from './reservations.ts';
export type { Reservations, Reserved } from './reservations.ts';
