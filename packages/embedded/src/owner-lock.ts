import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, ownIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

type Owner = ProcessIdentity & { nonce: string; url?: string };

export type OwnerLock =
  /** We own the folder; `announce` tells others where our API is. */
  | { kind: 'owner'; announce(url: string): Promise<void>; release(): Promise<void> }
  /** Somebody else does; this is their API. */
  | { kind: 'attached'; url: string };

const RETRY_MS = 100;
const OWNER_START_TIMEOUT_MS = 60_000;
const BREAKER_TIMEOUT_MS = 5000;

/** Makes this process the one owner of a state folder, or finds the API of the process that is. */
export const takeOwnership = async (root: string): Promise<OwnerLock> => {
  const lock = path.join(root, 'owner.json');
  const nonce = randomUUID();
  const self: Owner = { ...(await ownIdentity()), nonce };
  const deadline = Date.now() + OWNER_START_TIMEOUT_MS;
  for (;;) {
    if (await create(lock, self)) return owned(lock, self);
    const owner = await read(lock);
    if (owner !== null && (await isAlive(owner))) {
      if (owner.url !== undefined) return { kind: 'attached', url: owner.url };
      if (Date.now() > deadline) {
        throw new Error(`process ${owner.pid} owns ${root} but does not get ready; end it and try again`);
      }
    } else if (owner !== null) await breakLock(root, lock, owner);
    await delay(RETRY_MS);
  }
};

const owned = (lock: string, self: Owner): OwnerLock => ({
  kind: 'owner',
  announce: (url) => replace(lock, { ...self, url }),
  release: async () => {
    if ((await read(lock))?.nonce === self.nonce) await rm(lock, { force: true });
  },
});

/** Only one process creates the file: the content is there before the name is. */
const create = async (lock: string, owner: Owner): Promise<boolean> => {
  const draft = `${lock}.${owner.nonce}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
};

const replace = async (lock: string, owner: Owner): Promise<void> => {
  const draft = `${lock}.${owner.nonce}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  await rename(draft, lock);
};

const read = async (lock: string): Promise<Owner | null> => {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as Owner;
  } catch {
    return null;
  }
};

/** Removes the lock of a dead owner. One process at a time may do so, or it could remove the next owner's. */
const breakLock = async (root: string, lock: string, dead: Owner): Promise<void> => {
  const breaker = path.join(root, 'owner.breaking');
  try {
    await mkdir(breaker);
  } catch {
    const age = await stat(breaker).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > BREAKER_TIMEOUT_MS) await rmdir(breaker).catch(() => undefined);
    return;
  }
  try {
    if ((await read(lock))?.nonce === dead.nonce) await rm(lock, { force: true });
  } finally {
    await rmdir(breaker).catch(() => undefined);
  }
};
