import type { ProviderLimits } from '../batch-provider.ts';

/** https://platform.openai.com/docs/guides/batch, and the number of bytes its refusals name (providers.md 1.5). */
export const OPENAI_LIMITS: ProviderLimits = {
  maxRequests: 50_000,
  maxBytes: 209_715_200,
  enqueuedTokens: () => null,
  customIdPattern: /^[A-Za-z0-9_-]{1,64}$/,
  oneModelPerBatch: true,
};
