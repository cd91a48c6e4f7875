import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { BatchRecord } from '../state/records.ts';
import { webhookHeaders } from './sign-webhook.ts';
import type { WebhookSettings } from './webhook-settings.ts';

/** The provider tries for 72 hours; a test does not wait that long. */
const TRIES = 8;
const FIRST_RETRY_MS = 500;
const ANSWER_WITHIN_MS = 10_000;

/** Tells of batches that have ended. What has not been delivered when the simulator ends is lost: a client must poll too. */
export type WebhookSender = {
  current(): WebhookSettings;
  replace(settings: WebhookSettings): Promise<void>;
  announce(batch: BatchRecord): void;
  close(): Promise<void>;
};

export const createWebhookSender = (
  initial: WebhookSettings,
  save: (settings: WebhookSettings) => Promise<void>,
  realNow: () => number,
  random: Random,
): WebhookSender => {
  let settings = initial;
  const closing = new AbortController();
  const deliveries = new Set<Promise<void>>();

  const deliver = async (url: string, id: string, body: string): Promise<void> => {
    const { delayMs, secret } = settings;
    const [least, most] = delayMs;
    await wait(least + random() * (most - least), undefined, { signal: closing.signal });
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const headers = webhookHeaders(id, Math.floor(realNow() / 1000), body, secret);
      if (await isTaken(url, headers, body, closing.signal)) return;
      await wait(FIRST_RETRY_MS * 2 ** attempt, undefined, { signal: closing.signal });
    }
  };

  const send = (url: string, id: string, body: string): void => {
    const delivery = deliver(url, id, body)
      // Nobody waits for a delivery, and closing ends it.
      .catch(() => undefined)
      .finally(() => deliveries.delete(delivery));
    deliveries.add(delivery);
  };

  return {
    current: () => settings,
    replace: (replacement) => {
      settings = replacement;
      return save(settings);
    },
    announce: (batch) => {
      if (settings.url === null) return;
      const id = `evt_${randomBytes(16).toString('hex')}`;
      const body = JSON.stringify({
        id,
        object: 'event',
        type: `batch.${batch.status}`,
        created_at: Math.floor(realNow() / 1000),
        data: { id: batch.id },
      });
      send(settings.url, id, body);
      if (random() < settings.duplicateRate) send(settings.url, id, body);
    },
    close: async () => {
      closing.abort();
      await Promise.all(deliveries);
    },
  };
};

/** Anything but a 2xx counts as not delivered, redirects too. */
const isTaken = async (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};
