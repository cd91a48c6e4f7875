import { setTimeout as wait } from 'node:timers/promises';
import { linkFailure } from './link-failure.ts';
import type { LinkFailure } from './link-failure.ts';
import { LinkRefusedError } from './link-guard.ts';
import { requestHead } from './request-head.ts';
import type { Head, HeadOptions } from './request-head.ts';
import { shownLink } from './shown-link.ts';

/**
 * What is behind a link: its first bytes (null: they come packed although nobody asked for it), how many there are in all (null:
 * nobody says), or why it cannot be had.
 */
export type Looked = { head: Buffer | null; isWhole: boolean; bytes: number | null } | LinkFailure;

export type LookOptions = Omit<HeadOptions, 'signal'> & {
  /** For one try, redirects included. */
  timeoutMs: number;
  /** Waits before the second, third … try of what may pass by itself. */
  retryDelaysMs?: readonly number[];
};

const RETRY_DELAYS_MS = [500, 2000];
const MOST_REDIRECTS = 5;
const LONGEST_RETRY_AFTER_MS = 10_000;

/** Looks at a link as a provider would fetch it. Never throws. */
export const lookAtLink = async (url: URL, options: LookOptions): Promise<Looked> => {
  const { retryDelaysMs = RETRY_DELAYS_MS } = options;
  for (let tries = 0; ; tries += 1) {
    const looked = await lookOnce(url, options);
    const delayMs = retryDelaysMs[tries];
    if (!('code' in looked) || !looked.mayPass || delayMs === undefined) return looked;
    await wait(Math.max(delayMs, Math.min(looked.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)));
  }
};

const lookOnce = async (first: URL, options: LookOptions): Promise<Looked> => {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let url = first;
  const led = (): string => (url === first ? '' : `leads to ${shownLink(url)}, which `);
  const failed = (failure: LinkFailure): LinkFailure => ({ ...failure, what: `${led()}${failure.what}` });
  try {
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const head = await requestHead(url, { ...options, signal });
      const next = redirectOf(head, url);
      if (next === null) {
        const failure = linkFailure.ofStatus(head);
        return failure === null ? found(head) : failed(failure);
      }
      if (next === 'nowhere') return failed(linkFailure.dead('leads nowhere: its redirect names no web address'));
      url = next;
    }
    return linkFailure.dead(`leads on more than ${MOST_REDIRECTS} times`);
  } catch (error) {
    if (error instanceof LinkRefusedError) return failed(linkFailure.refused(error.message));
    return failed(signal.aborted ? linkFailure.tooSlow(options.timeoutMs) : linkFailure.ofError(error));
  }
};

const redirectOf = ({ status, headers }: Head, url: URL): URL | 'nowhere' | null => {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const next = URL.parse(headers.location ?? '', url.href);
  return headers.location !== undefined && (next?.protocol === 'http:' || next?.protocol === 'https:')
    ? next
    : 'nowhere';
};

const found = ({ status, headers, bytes, isWhole }: Head): Looked => {
  const [, total] = /\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const length = status === 206 ? total : headers['content-length'];
  const said = length === undefined ? null : Number(length);
  // a range that ends where the buffer does
  const isAll = said === null ? isWhole : said <= bytes.length;
  const isPacked = !['', 'identity'].includes(headers['content-encoding'] ?? '');
  return { head: isPacked ? null : bytes, isWhole: isAll, bytes: said ?? (isWhole ? bytes.length : null) };
};
