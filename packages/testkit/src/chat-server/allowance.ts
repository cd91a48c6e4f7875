export type RateOptions = { requestsPerSecond: number; burst: number };

/** What a server lets in: so many requests a second, saved up to `burst`; nobody while it is closed. Times in ms. */
export type ServerAllowance = {
  /** Whether this request is let in. */
  take(nowMs: number): boolean;
  /** `isFault`: not because of the rate. What cannot be saved up meanwhile is not counted as offered. */
  close(nowMs: number, untilMs: number, isFault: boolean): void;
  readonly closedUntilMs: number;
  /** Requests it would have let in so far, had they come at the right moments. */
  offered(nowMs: number): number;
  /** As `x-ratelimit-*-requests` headers tell it. */
  headers(nowMs: number): Record<string, string>;
};

export const createAllowance = ({ requestsPerSecond, burst }: RateOptions): ServerAllowance => {
  let left = burst;
  let offered = burst;
  let atMs: number | undefined;
  let closedUntilMs = 0;
  let faultUntilMs = 0;
  const fill = (untilMs: number): void => {
    atMs ??= untilMs;
    if (untilMs <= atMs) return;
    const more = ((untilMs - atMs) / 1000) * requestsPerSecond;
    const kept = Math.min(more, burst - left);
    left += kept;
    offered += atMs < faultUntilMs ? kept : more;
    atMs = untilMs;
  };
  const refill = (nowMs: number): void => {
    fill(Math.min(nowMs, faultUntilMs));
    fill(nowMs);
  };
  return {
    get closedUntilMs() {
      return closedUntilMs;
    },
    take: (nowMs) => {
      refill(nowMs);
      if (nowMs < closedUntilMs || left < 1) return false;
      left -= 1;
      return true;
    },
    close: (nowMs, untilMs, isFault) => {
      refill(nowMs);
      closedUntilMs = Math.max(closedUntilMs, untilMs);
      if (isFault) faultUntilMs = Math.max(faultUntilMs, untilMs);
    },
    offered: (nowMs) => {
      refill(nowMs);
      return offered;
    },
    headers: (nowMs) => {
      refill(nowMs);
      return {
        'x-ratelimit-limit-requests': String(burst),
        'x-ratelimit-remaining-requests': String(Math.floor(left)),
        'x-ratelimit-reset-requests': `${Math.ceil(((burst - left) / requestsPerSecond) * 1000)}ms`,
      };
    },
  };
};
