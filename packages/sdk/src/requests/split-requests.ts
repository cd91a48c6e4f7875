import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { KeyIndex } from '@batchmill/dataset';
import { hasRoom, OPENAI_LIMITS } from '@batchmill/providers/batch-files';
import { partSizes } from './part-sizes.ts';
import { readRequest } from './read-request.ts';
import type { ReadRequest } from './read-request.ts';
import type { BatchRequest, NotAsked } from './request-line.ts';

export type SplitLimits = {
  /** Requests of a part, at most; by default OpenAI's 50,000. */
  maxRequests?: number;
  /** Bytes of a part in UTF-8, newlines included, at most; by default OpenAI's 209,715,200. */
  maxBytes?: number;
  /**
   * Parts of equal size, give or take one request, instead of full ones and a rest; where bytes are what fills them, nearly so.
   * Needs to know how many there are: the default for an array; of anything else all requests are held.
   */
  even?: boolean;
};

/** Requests for one batch: one model, one address, within the limits. */
export type RequestPart = {
  kind: 'part';
  /** From 1, in the order in which they are given. */
  part: number;
  model: string;
  url: string;
  requests: number;
  bytes: number;
  /** JSON lines, each with its newline: `writeFile(path, part.lines)`. */
  lines: string[];
};

/** What is in no part: what `makeRequests` could not ask, a line that is no request, one too large, an id that stands twice. */
export type LeftOut = { kind: 'left-out' } & NotAsked;

/** How many parts are open at once, each of a model of its own; the oldest is given when there are more. */
const OPEN_AT_MOST = 64;

/**
 * Cuts requests into parts that a provider takes as batches; what fits into none is given as `LeftOut`. Lines that are
 * texts stay as they are. Memory: one part for each model, and some 60 bytes a request for the ids.
 * @throws InputError at once where a limit is none
 */
export const splitRequests = (
  requests: Iterable<BatchRequest | NotAsked | string> | AsyncIterable<BatchRequest | NotAsked | string>,
  limits: SplitLimits = {},
): AsyncGenerator<RequestPart | LeftOut, void, undefined> => {
  const { maxRequests = OPENAI_LIMITS.maxRequests, maxBytes = OPENAI_LIMITS.maxBytes } = limits;
  const problems = [...wrongLimit('maxRequests', maxRequests), ...wrongLimit('maxBytes', maxBytes)];
  if (problems.length > 0) throw new InputError(problems);
  return split(requests, { maxRequests, maxBytes, even: limits.even ?? Array.isArray(requests) });
};

async function* split(
  requests: Iterable<BatchRequest | NotAsked | string> | AsyncIterable<BatchRequest | NotAsked | string>,
  { maxRequests, maxBytes, even }: Required<SplitLimits>,
): AsyncGenerator<RequestPart | LeftOut, void, undefined> {
  const items = readAll(requests, maxBytes);
  const all = even ? await Array.fromAsync(items) : undefined;
  const sizeOf = all === undefined ? () => maxRequests : partSizes(all, { maxRequests, maxBytes });
  const open = new Map<string, { part: RequestPart; size: number }>();
  const begun = new Map<string, number>();
  let parts = 0;
  const finish = (group: string, { part }: { part: RequestPart }): RequestPart => {
    open.delete(group);
    return part;
  };

  for await (const item of all ?? items) {
    if ('outcome' in item) {
      yield { kind: 'left-out', ...item };
      continue;
    }
    const { group, model, url, text, bytes } = item;
    let place = open.get(group);
    if (place !== undefined) {
      const { part, size } = place;
      const held = { requests: part.requests, bytes: part.bytes, tokens: 0 };
      if (!hasRoom(held, { bytes, tokens: 0 }, { requests: size, bytes: maxBytes, tokens: null })) {
        yield finish(group, place);
        place = undefined;
      }
    }
    if (place === undefined) {
      const [oldest] = open;
      if (oldest !== undefined && open.size >= OPEN_AT_MOST) yield finish(...oldest);
      parts += 1;
      const nth = begun.get(group) ?? 0;
      begun.set(group, nth + 1);
      const part: RequestPart = { kind: 'part', part: parts, model, url, requests: 0, bytes: 0, lines: [] };
      place = { part, size: sizeOf(group, nth) };
      open.set(group, place);
    }
    const { part } = place;
    part.lines.push(text);
    part.requests += 1;
    part.bytes += bytes;
  }
  for (const { part } of open.values()) yield part;
}

async function* readAll(
  requests: Iterable<BatchRequest | NotAsked | string> | AsyncIterable<BatchRequest | NotAsked | string>,
  maxBytes: number,
): AsyncGenerator<ReadRequest | NotAsked, void, undefined> {
  const lines = new KeyIndex();
  let line = 0;
  for await (const given of requests) {
    line += 1;
    const item = readRequest(given, line, maxBytes);
    const first = 'outcome' in item ? null : lines.add(item.customId, line);
    if ('outcome' in item || first === null) yield item;
    else yield duplicate(item.customId, line, first);
  }
}

const duplicate = (key: string, line: number, first: number): NotAsked => ({
  outcome: 'invalid',
  key,
  line,
  reason: { code: 'duplicate-id', message: `line ${first} has this custom_id already` },
});

const wrongLimit = (name: string, value: number): Problem[] =>
  Number.isSafeInteger(value) && value > 0
    ? []
    : [
        {
          code: 'wrong-value',
          message: `${name} cannot be used`,
          found: String(value),
          expected: 'a whole number from 1',
        },
      ];
