/** What the shard waits for; `until` is when to look again at the latest, null = an event will say. */
export type Wait = { on: 'batch' | 'pool' | 'pause' | 'fence' | 'operator'; until: number | null; reason?: string };
