import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import type { CommandContext } from '../command-context.ts';
import { isAnySimulated } from '../job/known-runs.ts';
import { InterruptedError, UsageError } from '../terminal/usage-error.ts';

export type Api = {
  client: Client;
  /** Who does the work: a server, this process, or another one that owns the state folder. */
  worker: 'server' | 'this process' | 'another process';
  /** Aborted by Ctrl-C. Work that can end in order does so on its own; the rest is left after a moment. */
  interrupt: AbortSignal;
};

export type ApiNeeds = {
  /** Start the bundled simulator (embedded only; a server has providers of its own). */
  simulator?: boolean;
  /** Refuse where the state folder does not exist, instead of making one. */
  mustExist?: boolean;
};

/** Time for work that listens to `interrupt` to say its goodbye, ms. */
const GOODBYE_MS = 3_000;

/** Opens the job API - of the server at --url, else of the services in this process - for the time of `work`. */
export const withApi = async <T>(
  context: CommandContext,
  needs: ApiNeeds,
  work: (api: Api) => Promise<T>,
): Promise<T> => {
  const interrupt = new AbortController();
  const stopListening = context.io.onInterrupt(() => interrupt.abort());
  const deadlineMs = context.io.now() + OWNER_CHANGE_MS;
  try {
    for (;;) {
      const tried = await openAndWork(context, needs, work, interrupt.signal);
      if (tried.kind === 'done') return tried.result;
      // the process we had attached to has ended: this one takes its place, and the same work goes on
      if (context.io.now() > deadlineMs && !tried.hasAnswered) throw tried.error;
      await delay(OWNER_CHANGE_PAUSE_MS);
    }
  } finally {
    stopListening();
  }
};

/** Longest time for a process that ends to give its state folder free, ms. */
const OWNER_CHANGE_MS = 30_000;
const OWNER_CHANGE_PAUSE_MS = 300;

type Tried<T> = { kind: 'done'; result: T } | { kind: 'owner-gone'; error: ConnectionError; hasAnswered: boolean };

const openAndWork = async <T>(
  context: CommandContext,
  needs: ApiNeeds,
  work: (api: Api) => Promise<T>,
  interrupt: AbortSignal,
): Promise<Tried<T>> => {
  const opening = open(context, needs);
  const { close, ...opened } = await orInterrupted(opening, interrupt).catch((error: unknown) => {
    void opening.then(({ close: closeLate }) => closeLate()).catch(() => undefined);
    throw error;
  });
  const startedAtMs = context.io.now();
  try {
    return { kind: 'done', result: await orInterrupted(work({ ...opened, interrupt }), interrupt) };
  } catch (error) {
    if (opened.worker !== 'another process' || !(error instanceof ConnectionError)) throw error;
    return { kind: 'owner-gone', error, hasAnswered: context.io.now() - startedAtMs > OWNER_CHANGE_MS };
  } finally {
    await close();
  }
};

const open = async (
  context: CommandContext,
  needs: ApiNeeds,
): Promise<Omit<Api, 'interrupt'> & { close(): Promise<void> }> => {
  const token = context.io.environment['BATCHMILL_TOKEN'];
  if (context.url !== undefined)
    return { client: createClient({ url: context.url, token }), worker: 'server', close: async () => {} };

  if (needs.mustExist === true) await stateMustExist(context.stateDir);
  const embedded = await context.io.openEmbedded({
    stateDir: context.stateDir,
    environment: context.io.environment,
    mode: 'job',
    ...(needs.simulator === true || (await isAnySimulated(context.stateDir)) ? { simulator: {} } : {}),
    ...(context.settings.verbose ? { log: (line: string) => context.io.err(`${line}\n`) } : {}),
  });
  return {
    client: createClient({ url: embedded.url, token }),
    worker: embedded.owner ? 'this process' : 'another process',
    close: () => embedded.close(),
  };
};

const orInterrupted = async <T>(work: Promise<T>, interrupt: AbortSignal): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const leave = new Promise<never>((_, reject) => {
    const wait = (): void => {
      timer = setTimeout(() => reject(new InterruptedError()), GOODBYE_MS);
    };
    if (interrupt.aborted) wait();
    else interrupt.addEventListener('abort', wait, { once: true });
  });
  try {
    return await Promise.race([work, leave]);
  } finally {
    clearTimeout(timer);
  }
};

const stateMustExist = async (stateDir: string): Promise<void> => {
  const found = await stat(stateDir).catch(() => null);
  if (found?.isDirectory() !== true)
    throw new UsageError(
      `There is no job here yet: no folder ${stateDir}. \`batchmill run PIPELINE\` starts one; --data or --url look elsewhere.`,
    );
};
