import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import type { BatchProvider, ProviderLimits } from './batch-provider.ts';
import type { ChatProvider } from './chat-provider.ts';
import { DEFAULT_TIMEOUTS } from './openai/connection.ts';
import { OPENAI_LIMITS } from './openai/openai-limits.ts';
import { createOpenAiProvider, OPENAI_BASE_URL } from './openai/openai-provider.ts';
import type { OpenAiProviderOptions } from './openai/openai-provider.ts';
import { readNumbers } from './provider-settings.ts';
import type { ProviderNumbers, ProviderSettings } from './provider-settings.ts';

export type ProviderRegistry = {
  /** Every name a pipeline may use, with or without a key. */
  readonly names: readonly string[];
  /** Throws ProviderConfigurationError: an unknown name, no key, no address. */
  get(name: string): BatchProvider;
  /** Whether `get` would answer. */
  isConfigured(name: string): boolean;
  /** Throws ProviderConfigurationError where the name is unknown. */
  settings(name: string): ProviderSettings;
};

/** The same providers, for single requests. */
export type ChatProviderRegistry = {
  /** Throws ProviderConfigurationError as `get` does. */
  chat(name: string): ChatProvider;
};

/** What the batches of a provider may hold, with or without a key. */
export type LimitsRegistry = {
  /** Throws ProviderConfigurationError where the name is unknown. */
  limits(name: string): ProviderLimits;
};

/** A provider cannot be used as things are set up; the problem says what to do. */
export class ProviderConfigurationError extends InputError {
  constructor(problems: readonly Problem[]) {
    super(problems);
    this.name = 'ProviderConfigurationError';
  }
}

type Environment = Record<string, string | undefined>;

const NAMES = ['openai', 'simulator'] as const;
type ProviderName = (typeof NAMES)[number];

/**
 * The providers of this environment: `openai` (OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID) and
 * `simulator` (BATCHMILL_SIMULATOR_URL). No provider ever stands in for another.
 * Throws ProviderConfigurationError for numbers that are none; a missing key only when its provider is asked for.
 */
export const readProviders = (environment: Environment): ProviderRegistry & ChatProviderRegistry & LimitsRegistry => {
  const { numbers, problems } = readNumbers(environment);
  if (problems.length > 0) throw new ProviderConfigurationError(problems);
  const made = new Map<ProviderName, BatchProvider & ChatProvider>();
  const get = (name: string): BatchProvider & ChatProvider => {
    const known = knownName(name);
    const provider = made.get(known) ?? MAKERS[known](environment, commonOptions(numbers));
    made.set(known, provider);
    return provider;
  };
  return {
    names: NAMES,
    get,
    chat: get,
    isConfigured: (name) => {
      try {
        return get(name).name === name;
      } catch (error) {
        if (error instanceof ProviderConfigurationError) return false;
        throw error;
      }
    },
    settings: (name) => {
      knownName(name);
      return numbers.settings;
    },
    limits: (name) => {
      knownName(name);
      return { ...OPENAI_LIMITS, ...commonOptions(numbers).limits };
    },
  };
};

type CommonOptions = Pick<OpenAiProviderOptions, 'limits' | 'timeouts' | 'canFence'>;

const commonOptions = (numbers: ProviderNumbers): CommonOptions => ({
  canFence: numbers.canFence,
  limits: {
    maxRequests: Math.min(numbers.maxBatchRequests ?? Infinity, OPENAI_LIMITS.maxRequests),
    maxBytes: Math.min(numbers.maxBatchBytes ?? Infinity, OPENAI_LIMITS.maxBytes),
    enqueuedTokens: (model) =>
      numbers.enqueuedTokens.get(model) ?? numbers.enqueuedTokens.get(withoutDate(model)) ?? null,
  },
  // A create that outlives its lease would still be on its way when others resolve it.
  timeouts: { createMs: Math.min(DEFAULT_TIMEOUTS.createMs, Math.floor(numbers.settings.leaseMs * 0.8)) },
});

const withoutDate = (model: string): string => model.replace(/-\d{4}-\d{2}-\d{2}$/, '');

const knownName = (name: string): ProviderName => {
  const known = NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  throw configurationError({
    code: 'unknown-provider',
    message: 'There is no such provider',
    found: `"${name}"`,
    expected: `one of ${NAMES.join(', ')}`,
    remedy: 'Correct `provider` in the pipeline, or choose with --provider.',
  });
};

type Maker = (environment: Environment, common: CommonOptions) => BatchProvider & ChatProvider;

const MAKERS: Record<ProviderName, Maker> = {
  openai: (environment, common) => {
    const apiKey = environment['OPENAI_API_KEY']?.trim() ?? '';
    if (apiKey === '') {
      throw configurationError({
        code: 'missing-key',
        message: 'The provider "openai" needs a key, and OPENAI_API_KEY is not set',
        remedy:
          'Make a key at https://platform.openai.com/api-keys and run `export OPENAI_API_KEY=...`; or try the pipeline without cost with --provider simulator (its answers are made up).',
      });
    }
    if (!/^[\x21-\x7e]+$/.test(apiKey)) {
      throw configurationError({
        code: 'invalid-key',
        message: 'OPENAI_API_KEY holds characters no key has (a space, a line break or a letter outside ASCII)',
        remedy: 'Copy the key again, without anything around it.',
      });
    }
    return createOpenAiProvider({
      name: 'openai',
      apiKey,
      baseUrl: readUrl(environment, 'OPENAI_BASE_URL') ?? OPENAI_BASE_URL,
      organization: environment['OPENAI_ORG_ID']?.trim() || undefined,
      project: environment['OPENAI_PROJECT_ID']?.trim() || undefined,
      ...common,
    });
  },
  simulator: (environment, common) => {
    const baseUrl = readUrl(environment, 'BATCHMILL_SIMULATOR_URL');
    if (baseUrl === undefined) {
      throw configurationError({
        code: 'missing-simulator',
        message:
          'The provider "simulator" needs the address of a running simulator, and BATCHMILL_SIMULATOR_URL is not set',
        remedy:
          'Start one with `./batchmill simulator --port 4010` and run `export BATCHMILL_SIMULATOR_URL=http://127.0.0.1:4010/v1`.',
      });
    }
    const withVersion = new URL(baseUrl).pathname === '/' ? new URL('/v1', baseUrl).href : baseUrl;
    return createOpenAiProvider({ name: 'simulator', apiKey: 'simulator', baseUrl: withVersion, ...common });
  },
};

const readUrl = (environment: Environment, variable: string): string | undefined => {
  const value = environment[variable]?.trim() ?? '';
  if (value === '') return undefined;
  if (URL.canParse(value) && /^https?:/i.test(value)) return value;
  throw configurationError({
    code: 'invalid-url',
    message: `${variable} is no web address`,
    found: `"${value}"`,
    expected: 'http:// or https://, host and path, for example https://api.openai.com/v1',
  });
};

const configurationError = (problem: Problem): ProviderConfigurationError => new ProviderConfigurationError([problem]);
