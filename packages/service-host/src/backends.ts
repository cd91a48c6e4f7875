import { createFlow, createReservations, defaultFlowSettings } from '@batchmill/flow';
import type { Flow, FlowSettings, Reservations } from '@batchmill/flow';
import { keys, openLedger } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ObjectStore } from '@batchmill/object-store';
import type { ChatProviderRegistry, LimitsRegistry, ProviderRegistry } from '@batchmill/providers';
import type { Queues } from '@batchmill/queue';
import { randomBytes } from 'node:crypto';

/** What services work with. One set serves any number of services of a process. */
export type Backends = {
  queues: Queues;
  store: ObjectStore;
  ledger: Ledger;
  flow: Flow;
  reservations: Reservations;
  providers: ProviderRegistry & ChatProviderRegistry & LimitsRegistry;
  /** Marks what this deployment does at a provider. */
  deploymentId: string;
};

export type BackendParts = {
  queues: Queues;
  store: ObjectStore;
  providers: ProviderRegistry & ChatProviderRegistry & LimitsRegistry;
  settings?: FlowSettings;
};

/** Puts ledger and flow upon open queues and an open store. */
export const createBackends = async ({
  queues,
  store,
  providers,
  settings = defaultFlowSettings,
}: BackendParts): Promise<Backends> => {
  const ledger = openLedger({ store });
  const flow = createFlow({ ledger, queues, settings });
  const reservations = createReservations({
    queues,
    limits: ({ provider, model }) => providers.get(provider).limits.enqueuedTokens(model),
  });
  return { queues, store, ledger, flow, reservations, providers, deploymentId: await deploymentIdOf(ledger) };
};

const deploymentIdOf = async (ledger: Ledger): Promise<string> => {
  const known = await ledger.read(keys.deployment);
  if (known !== null) return known.id;
  const { record } = await ledger.write(keys.deployment, { id: randomBytes(6).toString('hex') });
  return record.id;
};
