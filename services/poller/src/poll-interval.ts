/** When to look at an account again: at once after a change, then backing off with the age of its youngest batch. */
export class PollInterval {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #accounts = new Map<string, { known: Set<string>; changedAtMs: number; lookedAtMs: number }>();

  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  isDue(account: string, openBatchIds: readonly string[], nowMs: number): boolean {
    const seen = this.#accounts.get(account);
    if (seen === undefined || openBatchIds.some((id) => !seen.known.has(id))) return true;
    // the older the youngest batch, the less a second matters
    const interval = Math.min(Math.max((nowMs - seen.changedAtMs) / 10, this.#minMs), this.#maxMs);
    return nowMs - seen.lookedAtMs >= interval - this.#minMs / 2;
  }

  looked(account: string, openBatchIds: readonly string[], someEnded: boolean, nowMs: number): void {
    const seen = this.#accounts.get(account);
    const isNew = seen === undefined || openBatchIds.some((id) => !seen.known.has(id));
    const changedAtMs = isNew || someEnded ? nowMs : seen.changedAtMs;
    this.#accounts.set(account, { known: new Set(openBatchIds), changedAtMs, lookedAtMs: nowMs });
  }
}
