import type { ReadRequest } from './read-request.ts';
import type { NotAsked } from './request-line.ts';

type Group = { requests: number; bytes: number };

/**
 * How many requests each part may hold so that the parts of a group are of equal size: as few parts as the limits allow, the
 * first ones with one request more. `nth`: of the parts of its group, from 0.
 */
export const partSizes = (
  items: readonly (ReadRequest | NotAsked)[],
  { maxRequests, maxBytes }: { maxRequests: number; maxBytes: number },
): ((group: string, nth: number) => number) => {
  const groups = new Map<string, Group>();
  for (const item of items) {
    if ('outcome' in item) continue;
    const { requests, bytes } = groups.get(item.group) ?? { requests: 0, bytes: 0 };
    groups.set(item.group, { requests: requests + 1, bytes: bytes + item.bytes });
  }
  return (group, nth) => {
    const { requests, bytes } = groups.get(group) ?? { requests: 0, bytes: 0 };
    const parts = Math.max(Math.ceil(requests / maxRequests), Math.ceil(bytes / maxBytes));
    const least = Math.floor(requests / parts);
    return Math.max(1, nth < requests % parts ? least + 1 : least);
  };
};
