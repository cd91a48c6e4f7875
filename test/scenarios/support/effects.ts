import type { BatchProvider, ChatProviderRegistry, LimitsRegistry, ProviderRegistry } from '@batchmill/providers';
import type { Queues } from '@batchmill/queue';
import type { Around } from '@batchmill/service-host';

/** Called before and after every effect outside the process, with its name: `store.putIfAbsent intent`. */
export type EffectHook = (effect: string, moment: 'before' | 'after', call: EffectCall) => void;

export type EffectCall = { values: unknown[]; answer?: unknown };

/** Whether a job goes on with it: a new record of its ledger, or a batch at the provider. */
export const isProgress: (...event: Parameters<EffectHook>) => boolean = (effect, moment, { values, answer }) => {
  if (moment === 'before') return false;
  if (effect === 'provider.createBatch') return (answer as { kind: string }).kind === 'accepted';
  const isNew = effect.startsWith('store.putIfAbsent') && (answer as { created: boolean }).created;
  return isNew && String(values[0]).includes('/jobs/');
};

// calls that change nothing outside need no crash point
const STORE_EFFECTS = ['putIfAbsent', 'putBlob', 'delete'] as const;
const PROVIDER_EFFECTS = ['uploadFile', 'createBatch', 'cancelBatch', 'deleteFile', 'openFile', 'listBatches'] as const;

/** Everything a port can do: a test holds these against the ports, so that no new call goes without a point. */
export const KNOWN_CALLS = {
  store: {
    effects: STORE_EFFECTS,
    reads: ['get', 'read', 'head', 'list', 'listPrefixes', 'checkConditions', 'close'],
  },
  // `send` is for live stages: no point lies in it, see live-runner.test.ts
  provider: { effects: PROVIDER_EFFECTS, reads: ['getBatch', 'fileInfo', 'check', 'send'] },
  queues: { effects: ['send'], reads: ['consume', 'every', 'counts', 'ping', 'close'] },
} as const;

/** Puts a hook around every effect on store, provider and queues. */
export const aroundEffects = (hook: EffectHook): Required<Around> => ({
  store: (store) =>
    hooked(store, STORE_EFFECTS, (method, [key]) => hookName('store', method, recordOf(String(key))), hook),
  queues: (queues) =>
    hooked<Queues>(
      queues,
      ['send'],
      (_method, [contract]) => hookName('queue', 'send', (contract as { name: string }).name),
      hook,
    ),
  providers: (registry) => hookedRegistry(registry, hook),
});

const hookName = (port: string, method: string, what: string): string => `${port}.${method} ${what}`;

type Providers = ProviderRegistry & ChatProviderRegistry & LimitsRegistry;

const hookedRegistry = (registry: Providers, hook: EffectHook): Providers => {
  const known = new Map<string, BatchProvider>();
  return {
    ...registry,
    get: (name) => {
      const provider =
        known.get(name) ?? hooked(registry.get(name), PROVIDER_EFFECTS, (method) => `provider.${method}`, hook);
      known.set(name, provider);
      return provider;
    },
  };
};

type Method = (...values: unknown[]) => unknown;

const hooked = <Port extends object>(
  port: Port,
  effects: readonly string[],
  nameOf: (method: string, values: unknown[]) => string,
  hook: EffectHook,
): Port =>
  new Proxy(port, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = value as Method;
      if (!effects.includes(String(property))) return method.bind(target);
      return (...values: unknown[]) => {
        const name = nameOf(String(property), values);
        hook(name, 'before', { values });
        const result = method.apply(target, values);
        if (!(result instanceof Promise)) return result;
        return result.then((answer: unknown) => {
          hook(name, 'after', { values, answer });
          return answer;
        });
      };
    },
  });

/** `…/t1/intent.json` → `intent`; `…/blobs/1/0/001-a1-requests-<nonce>.jsonl` → `blob requests`. */
const recordOf = (key: string): string => {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (key.includes('/blobs/'))
    return `blob ${/(rows|rejects|requests|output|errors|answers|failures|report)/.exec(name)?.[1] ?? 'upload'}`;
  if (/\/(closed|quarantined|control|idempotency|open|uploads|output)\/[^/]+$/.test(key)) {
    return `${/\/([a-z-]+)\/[^/]+$/.exec(key)?.[1] ?? name}/`;
  }
  return name.replace('.json', '');
};
