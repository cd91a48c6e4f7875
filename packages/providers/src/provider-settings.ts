import type { Problem } from '@batchmill/contracts';

/** How long a submission is given before somebody else resolves it. */
export type ProviderSettings = {
  /** From the claim until another worker may look into it; longer than a create may take. */
  leaseMs: number;
  /** From the deletion of the input file until the list of batches is taken as complete. */
  settleMs: number;
};

export type ProviderNumbers = {
  settings: ProviderSettings;
  maxBatchRequests: number | undefined;
  maxBatchBytes: number | undefined;
  enqueuedTokens: ReadonlyMap<string, number>;
  /** False for a compatible server on which deleting the input file does not keep a late create from being paid. */
  canFence: boolean;
};

type Environment = Record<string, string | undefined>;

/** Every number about providers in the environment, and every mistake in them at once. */
export const readNumbers = (environment: Environment): { numbers: ProviderNumbers; problems: Problem[] } => {
  const problems: Problem[] = [];
  const read = (variable: string): number | undefined => {
    const value = environment[variable]?.trim() ?? '';
    if (value === '') return undefined;
    const number = positiveInteger(value);
    if (number === undefined) {
      problems.push(invalid(variable, value, 'a whole number above 0'));
    }
    return number;
  };
  const numbers: ProviderNumbers = {
    settings: {
      leaseMs: read('BATCHMILL_SUBMIT_LEASE_MS') ?? 150_000,
      settleMs: read('BATCHMILL_SUBMIT_SETTLE_MS') ?? 120_000,
    },
    maxBatchRequests: read('BATCHMILL_MAX_BATCH_REQUESTS'),
    maxBatchBytes: read('BATCHMILL_MAX_BATCH_BYTES'),
    enqueuedTokens: readEnqueuedTokens(environment['BATCHMILL_ENQUEUED_TOKENS'] ?? '', problems),
    canFence: readYesNo('BATCHMILL_FENCE', environment, problems) ?? true,
  };
  return { numbers, problems };
};

const readYesNo = (variable: string, environment: Environment, problems: Problem[]): boolean | undefined => {
  const value = environment[variable]?.trim().toLowerCase() ?? '';
  if (value === '') return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  problems.push(invalid(variable, value, 'true or false'));
  return undefined;
};

const readEnqueuedTokens = (value: string, problems: Problem[]): Map<string, number> => {
  const limits = new Map<string, number>();
  for (const entry of value.split(',').map((text) => text.trim())) {
    if (entry === '') continue;
    const split = entry.lastIndexOf('=');
    const model = entry.slice(0, Math.max(split, 0)).trim();
    const tokens = positiveInteger(entry.slice(split + 1).trim());
    if (model === '' || tokens === undefined) {
      problems.push(
        invalid('BATCHMILL_ENQUEUED_TOKENS', entry, 'model=number,model=number, for example gpt-4o-mini=2000000'),
      );
    } else {
      limits.set(model, tokens);
    }
  }
  return limits;
};

const positiveInteger = (text: string): number | undefined => {
  const number = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
};

const invalid = (variable: string, found: string, expected: string): Problem => ({
  code: 'invalid-setting',
  message: `${variable} cannot be used`,
  found: `"${found}"`,
  expected,
  remedy: `Correct or unset ${variable}.`,
});
