import type { OpenAI } from 'openai';
import type { CheckResult } from '../batch-provider.ts';
import { ProviderError } from '../provider-error.ts';
import type { Connection } from './connection.ts';
import { toProviderError } from './to-provider-error.ts';

const CHECK_TIMEOUT_MS = 15_000;

/** Lists the models, once. */
export const checkAccess = async (client: OpenAI, connection: Connection, provider: string): Promise<CheckResult> => {
  try {
    await client.models.list({ maxRetries: 0, timeout: CHECK_TIMEOUT_MS });
    return { ok: true };
  } catch (error) {
    const known = toProviderError(error, connection.apiKey);
    const message = known instanceof Error ? known.message : String(known);
    if (!(known instanceof ProviderError))
      return { ok: false, code: 'unknown', message, remedy: remedyOther(connection) };
    return {
      ok: false,
      code: known.code,
      message,
      remedy: remedyFor(known, connection, provider),
      mayPass: known.retryable,
    };
  }
};

const remedyFor = (error: ProviderError, connection: Connection, provider: string): string => {
  if (error.kind === 'unauthorized') {
    return `The key of "${provider}" is not accepted. Make a new one at the provider and put it in the environment.`;
  }
  if (error.kind === 'rate-limited') {
    return error.retryable
      ? 'The provider asks for fewer requests. Try again in a minute.'
      : 'The account has no credit left. Add credit or raise its spending limit at the provider.';
  }
  if (error.status === 404) return `There is no such API at ${connection.baseUrl}. The base URL usually ends in /v1.`;
  return remedyOther(connection);
};

const remedyOther = (connection: Connection): string =>
  `Check that ${new URL(connection.baseUrl).origin} can be reached from here and is the right address.`;
