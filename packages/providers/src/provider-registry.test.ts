import { InputError } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { ProviderConfigurationError, readProviders } from './provider-registry.ts';

const problemsOf = (work: () => unknown): readonly { code: string; remedy?: string | undefined; message: string }[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProviderConfigurationError && error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a provider that is not set up is refused with what to do, and nothing takes its place', () => {
  test('openai without a key', () => {
    const providers = readProviders({ BATCHMILL_SIMULATOR_URL: 'http://127.0.0.1:4010' });
    const [problem] = problemsOf(() => providers.get('openai'));
    expect(problem).toMatchObject({ code: 'missing-key', remedy: expect.stringContaining('OPENAI_API_KEY') });
  });

  test('a key with a line break inside is refused without showing it', () => {
    const [problem] = problemsOf(() => readProviders({ OPENAI_API_KEY: 'sk-abc\ndef' }).get('openai'));
    expect(problem?.code).toBe('invalid-key');
    expect(JSON.stringify(problem)).not.toContain('sk-abc');
  });

  test('the simulator without an address', () => {
    const [problem] = problemsOf(() => readProviders({ OPENAI_API_KEY: 'sk-x' }).get('simulator'));
    expect(problem).toMatchObject({
      code: 'missing-simulator',
      remedy: expect.stringContaining('./batchmill simulator'),
    });
  });

  test('a name nobody knows', () => {
    const providers = readProviders({});
    expect(problemsOf(() => providers.get('opnai'))[0]).toMatchObject({ code: 'unknown-provider', found: '"opnai"' });
    expect(problemsOf(() => providers.settings('opnai'))[0]?.code).toBe('unknown-provider');
  });

  test('an address that is none', () => {
    const providers = readProviders({ OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: 'api.openai.com' });
    expect(problemsOf(() => providers.get('openai'))[0]?.code).toBe('invalid-url');
  });
});

test('every number that is none is named at once', () => {
  const problems = problemsOf(() =>
    readProviders({
      BATCHMILL_SUBMIT_LEASE_MS: 'soon',
      BATCHMILL_SUBMIT_SETTLE_MS: '-5',
      BATCHMILL_MAX_BATCH_BYTES: '1.5',
      BATCHMILL_ENQUEUED_TOKENS: 'gpt-4o=90000,=5,o3=many',
    }),
  );
  expect(problems.map(({ message }) => message.split(' ')[0])).toEqual([
    'BATCHMILL_SUBMIT_LEASE_MS',
    'BATCHMILL_SUBMIT_SETTLE_MS',
    'BATCHMILL_MAX_BATCH_BYTES',
    'BATCHMILL_ENQUEUED_TOKENS',
    'BATCHMILL_ENQUEUED_TOKENS',
  ]);
});

test('limits and settings come from the environment, never above what the provider takes', () => {
  const providers = readProviders({
    OPENAI_API_KEY: ' sk-x\n',
    BATCHMILL_SUBMIT_LEASE_MS: '2_000',
    BATCHMILL_MAX_BATCH_REQUESTS: '100',
    BATCHMILL_MAX_BATCH_BYTES: '999999999999',
    BATCHMILL_ENQUEUED_TOKENS: 'gpt-4o=90000, gpt-4o-mini = 2000000',
  });
  const { limits } = providers.get('openai');
  expect(limits).toMatchObject({ maxRequests: 100, maxBytes: 209_715_200 });
  expect(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-mini', 'o3'].map(limits.enqueuedTokens)).toEqual([
    90_000,
    90_000,
    2_000_000,
    null,
  ]);
  expect(providers.settings('openai')).toEqual({ leaseMs: 2000, settleMs: 120_000 });
  expect(readProviders({}).settings('simulator')).toEqual({ leaseMs: 150_000, settleMs: 120_000 });
});

test('a provider is made once', () => {
  const providers = readProviders({ BATCHMILL_SIMULATOR_URL: 'http://127.0.0.1:4010' });
  expect(providers.get('simulator')).toBe(providers.get('simulator'));
  expect(providers.names).toEqual(['openai', 'simulator']);
});
