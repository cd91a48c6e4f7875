/** What stands in a batch so far. Bytes are those of its lines in UTF-8, newlines included; tokens those of its prompts. */
export type BatchHeld = { requests: number; bytes: number; tokens: number };

/** What a batch may hold at most; tokens null = no limit is known. */
export type BatchRoom = { requests: number; bytes: number; tokens: number | null };

/** Whether one more request may stand in a batch: where requests are cut into parts, a part ends when the next has no room. */
export const hasRoom = (held: BatchHeld, next: Omit<BatchHeld, 'requests'>, room: BatchRoom): boolean =>
  held.requests < room.requests &&
  held.bytes + next.bytes <= room.bytes &&
  (room.tokens === null || held.tokens + next.tokens <= room.tokens);
