export type HeaderReader = (name: string) => string | null | undefined;

/** Milliseconds the provider asks us to wait (`retry-after-ms`, or `retry-after` in seconds or as a date), if it says so. */
export const readRetryAfterMs = (header: HeaderReader, nowMs: number): number | undefined => {
  const exact = Number.parseFloat(header('retry-after-ms') ?? '');
  if (Number.isFinite(exact)) return Math.max(0, Math.round(exact));
  const value = header('retry-after') ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
};
