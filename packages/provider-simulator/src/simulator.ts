import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAnswerMaker } from './answers/answer-maker.ts';
import { createPictureInspector } from './answers/pictures/picture-inspector.ts';
import { createBatchDesk } from './batches/batch-desk.ts';
import { createFairTurns } from './fair-turns.ts';
import { createFaultControl } from './faults/fault-control.ts';
import { NO_FAULTS } from './faults/fault-settings.ts';
import { createServer } from './http/server.ts';
import { openMeter } from './meter/meter.ts';
import { DEFAULT_LIMITS, DEFAULT_TIMING } from './options.ts';
import type { SimulatorOptions } from './options.ts';
import { lockDataDir } from './state/lock.ts';
import { openStore } from './state/store.ts';
import { openVirtualClock } from './state/virtual-clock.ts';
import { createWebhookSender } from './webhooks/webhook-sender.ts';
import { NO_WEBHOOK } from './webhooks/webhook-settings.ts';

export type Simulator = {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  url: string;
  port: number;
  /** What has not ended goes on when a simulator is started on the same folder again. */
  close(): Promise<void>;
};

/** Starts a simulator; throws where the folder is in use by another, or the port is taken. */
export const startSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const { dataDir, speed, seed = 1, port = 0, host = '127.0.0.1', now: realNow = Date.now } = options;
  if (!(speed > 0)) throw new RangeError(`speed must be greater than 0, found ${speed}`);
  await mkdir(dataDir, { recursive: true });
  const lock = await lockDataDir(dataDir);
  const store = openStore(dataDir);
  const clock = openVirtualClock(dataDir, speed, realNow);
  const meter = openMeter(join(dataDir, 'meter.bin'));
  const inspector = createPictureInspector();
  const parts = {
    store,
    clock,
    meter,
    answer: createAnswerMaker(inspector),
    faults: createFaultControl(store.faults() ?? NO_FAULTS, store.putFaults, Math.random),
    turns: createFairTurns(),
    webhooks: createWebhookSender(store.webhook() ?? NO_WEBHOOK, store.putWebhook, realNow, Math.random),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    timing: { ...DEFAULT_TIMING, ...options.timing },
    seed,
    realNow,
  };
  const desk = createBatchDesk(parts);
  const app = await createServer({ ...parts, desk });

  const closeState = async (): Promise<void> => {
    await desk.close();
    await parts.webhooks.close();
    await inspector.close();
    clock.close();
    meter.close();
    await store.close();
    await lock.release();
  };
  try {
    await app.listen({ port, host });
  } catch (error) {
    await closeState();
    throw error;
  }
  desk.resume();
  const bound = (app.server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: async () => {
      await app.close();
      await closeState();
    },
  };
};
