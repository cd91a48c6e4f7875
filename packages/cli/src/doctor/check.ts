/** What one look at the machine gave. `missing` is needed for any work; `note` is good to know. */
export type CheckOutcome = { state: 'ok' | 'note' | 'missing'; found: string; remedy?: string };

export type Check = { name: string; look(): Promise<CheckOutcome> };

export const ok = (found: string): CheckOutcome => ({ state: 'ok', found });
export const note = (found: string, remedy: string): CheckOutcome => ({ state: 'note', found, remedy });
export const missing = (found: string, remedy: string): CheckOutcome => ({ state: 'missing', found, remedy });
