import { setTimeout as wait } from 'node:timers/promises';
import type { StoredObject } from './journal.ts';
import type { Exchange } from './exchange.ts';
import { noSuchKey, preconditionFailed } from './s3-error.ts';

const RACE_WINDOW_MS = 20;

/**
 * Checks the conditions of a write and makes it, in one go that nothing can come between.
 * The faults of a lying store apply: conditions that are not looked at, or looked at too early.
 */
export const writeIf = async <Result>(
  { request, struck }: Exchange,
  current: () => StoredObject | undefined,
  write: () => Result,
): Promise<Result> => {
  const check = (): void => {
    const found = current();
    const { 'if-none-match': none, 'if-match': match } = request.headers;
    if (none !== undefined && !struck.has('ignore-if-none-match')) {
      if (found !== undefined && (none === '*' || isAmong(none, found.etag))) throw preconditionFailed();
    }
    if (match !== undefined && !struck.has('ignore-if-match')) {
      if (found === undefined) throw noSuchKey('of the condition');
      if (!isAmong(match, found.etag)) throw preconditionFailed();
    }
  };
  check();
  const race = struck.get('race');
  if (race !== undefined) await wait(race.delayMs ?? RACE_WINDOW_MS);
  return write();
};

/** What the conditions of a read make of it. */
export const readIf = ({ request, struck }: Exchange, { etag }: StoredObject): 'read' | 'not-modified' => {
  const { 'if-none-match': none, 'if-match': match } = request.headers;
  if (match !== undefined && !isAmong(match, etag) && !struck.has('ignore-if-match')) throw preconditionFailed();
  return none !== undefined && isAmong(none, etag) ? 'not-modified' : 'read';
};

const isAmong = (tags: string, etag: string): boolean =>
  tags.split(',').some((tag) => ['*', etag, `"${etag}"`].includes(tag.trim()));
