import { hash } from 'node:crypto';

/** `<job>-<stage>-<shard>-<row>-a<n>`: the ids of which we know that only the attempt is after the last hyphen. */
const ROW_ATTEMPT_ID = /^([a-z0-9]+-\d{3}-[0-9a-z]+-[0-9a-z_]+)-a\d+$/;

/**
 * The name under which billings count as the same row. Ids of our own form are the same row in every attempt, whatever
 * the body. Other ids may mean anything, `request-1` in every file, so they are the same row only with the same body.
 */
export const groupOf = (customId: string, body: () => string): string => {
  const row = ROW_ATTEMPT_ID.exec(customId)?.[1];
  return row ?? `${customId}\n${hash('sha1', body(), 'hex')}`;
};

export const hash64 = (text: string): { high: number; low: number } => {
  const digest = hash('sha1', text, 'buffer');
  return { high: digest.readUInt32LE(0), low: digest.readUInt32LE(4) };
};
