import type { Operation } from './operation.ts';

export const FAULT_KINDS = [
  // Breakdowns: once, unless `times` says more.
  'drop-request', // the connection is cut before anything is done
  'slow-down', // 503 SlowDown
  'internal-error', // 500 InternalError
  'conflict', // 409 ConditionalRequestConflict
  'stall-before-headers', // nothing comes back, ever
  'stall-in-body', // headers and some bytes, then nothing
  'drop-in-body', // headers and some bytes, then the connection is cut
  'short-body', // a body without a length that ends early, as if complete
  'error-in-ok', // 200 with an <Error> body; nothing is done
  'lost-reply', // the work is done, then the connection is cut
  // Lies and slowness: until cleared, unless `times` says less.
  'slow', // `delayMs` before the answer and before each chunk of it
  'ignore-if-none-match',
  'ignore-if-match',
  'race', // conditions are checked, but not at the moment of writing (`delayMs` later)
  'stale-list', // lists show nothing written since the fault was set
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Fault = {
  kind: FaultKind;
  /** Only requests of this operation. */
  operation?: Operation;
  /** Only requests whose key contains this. */
  keyIncludes?: string;
  /** How many requests it strikes. */
  times?: number;
  /** Body faults: bytes sent before it strikes. Default half of the body. */
  afterBytes?: number;
  delayMs?: number;
};

/** The faults that strike one request. */
export type Struck = ReadonlyMap<FaultKind, Fault & { setAtMs: number }>;

export type Faults = {
  set(...faults: Fault[]): void;
  clear(): void;
  /** How often a kind has struck since the start. */
  hits(kind: FaultKind): number;
  /** Uses up what strikes this request. */
  take(operation: Operation, key: string): Struck;
  /** What is still set. */
  pending(): Fault[];
};

const LASTING = new Set<FaultKind>(['slow', 'ignore-if-none-match', 'ignore-if-match', 'race', 'stale-list']);

export const createFaults = (): Faults => {
  let active: (Fault & { times: number; setAtMs: number })[] = [];
  const hits = new Map<FaultKind, number>();
  return {
    set: (...faults) => {
      for (const fault of faults) {
        const times = fault.times ?? (LASTING.has(fault.kind) ? Infinity : 1);
        active.push({ ...fault, times, setAtMs: Date.now() });
      }
    },
    clear: () => {
      active = [];
    },
    hits: (kind) => hits.get(kind) ?? 0,
    take: (operation, key) => {
      const struck = new Map<FaultKind, Fault & { setAtMs: number }>();
      for (const fault of active) {
        if (fault.operation !== undefined && fault.operation !== operation) continue;
        if (!key.includes(fault.keyIncludes ?? '') || struck.has(fault.kind)) continue;
        fault.times -= 1;
        struck.set(fault.kind, fault);
        hits.set(fault.kind, (hits.get(fault.kind) ?? 0) + 1);
      }
      active = active.filter((fault) => fault.times > 0);
      return struck;
    },
    pending: () => active.map(({ setAtMs: _setAtMs, ...fault }) => fault),
  };
};
