import { hash } from 'node:crypto';
import { shownLink } from './web/shown-link.ts';
import type { Looked } from './web/look-at-link.ts';

/** Why a picture cannot be had: a stable code, and a sentence that names it and what to change. */
export type PictureProblem = { code: string; message: string };

/** Null where the link can be fetched and is a picture, as far as its first bytes tell. */
export type LinkCheck = (url: string) => Promise<PictureProblem | null>;

export type LinkChecksOptions = {
  look: (url: URL) => Promise<Looked>;
  /** What the first bytes are: a picture, or a code and words that go on after "the picture at …". */
  judge: (head: Uint8Array, isWhole: boolean) => { type: string } | { code: string; what: string };
  maxBytes: number;
  now?: () => number;
  remembered?: number;
};

/** Links of all jobs; about 200 bytes each. */
const REMEMBERED = 100_000;
const AT_ONCE = 32;
/** So long it counts that a link was not answered. */
const UNANSWERED_MS = 60_000;

type Entry = { problem: Promise<PictureProblem | null>; until: number };

/** Checks links, each once within a scope (such as a run of a job) as long as it is remembered. */
export const createLinkChecks = (options: LinkChecksOptions): ((scope: string) => LinkCheck) => {
  const { now = Date.now, remembered = REMEMBERED } = options;
  const known = new Map<string, Entry>();
  const gate = createGate(AT_ONCE);

  const check = async (url: URL, entry: Pick<Entry, 'until'>): Promise<PictureProblem | null> => {
    const looked = await gate(() => options.look(url));
    if ('code' in looked && looked.mayPass === true) entry.until = now() + UNANSWERED_MS;
    const problem = problemOf(looked, options);
    return problem === null
      ? null
      : { code: problem.code, message: `the picture at ${shownLink(url)} ${problem.what}` };
  };

  return (scope) => async (text) => {
    const url = new URL(text);
    url.hash = '';
    const key = hash('sha256', `${scope} ${url.href}`, 'base64');
    const before = known.get(key);
    if (before !== undefined && now() < before.until) return before.problem;
    const entry: Entry = { problem: Promise.resolve(null), until: Number.POSITIVE_INFINITY };
    entry.problem = check(url, entry);
    known.delete(key);
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    return entry.problem;
  };
};

const problemOf = (
  looked: Looked,
  { judge, maxBytes }: Pick<LinkChecksOptions, 'judge' | 'maxBytes'>,
): { code: string; what: string } | null => {
  if ('code' in looked) return looked;
  const { head, isWhole, bytes } = looked;
  if (bytes !== null && bytes > maxBytes) {
    return { code: 'image-link-too-large', what: `has ${bytes} bytes; at most ${maxBytes} can be sent` };
  }
  const judged = head === null ? null : judge(head, isWhole);
  return judged !== null && 'code' in judged ? judged : null;
};

/** Lets so many in at once. */
const createGate = (width: number): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => void waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};
