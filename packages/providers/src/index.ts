export type {
  BatchProvider,
  CheckResult,
  CreateBatchResult,
  ProviderBatch,
  ProviderCapabilities,
  ProviderLimits,
  Refusal,
} from './batch-provider.ts';
export { PASSING_REASONS } from './chat-provider.ts';
export type { Allowance, ChatAnswer, ChatProvider, PassingReason, RateLimits } from './chat-provider.ts';
export { ProviderError } from './provider-error.ts';
export type { ProviderErrorKind } from './provider-error.ts';
export { BATCH_ENDPOINTS } from './openai/batch-endpoints.ts';
export { createOpenAiProvider, OPENAI_BASE_URL } from './openai/openai-provider.ts';
export { OPENAI_LIMITS } from './openai/openai-limits.ts';
export type { OpenAiProviderOptions } from './openai/openai-provider.ts';
export type { ProviderTimeouts } from './openai/connection.ts';
export { classifyCreateFailure } from './openai/classify-create-failure.ts';
export { classifyBatchFailure } from './openai/classify-batch-failure.ts';
export type { BatchFailure } from './openai/classify-batch-failure.ts';
export { ProviderConfigurationError, readProviders } from './provider-registry.ts';
export type { ChatProviderRegistry, LimitsRegistry, ProviderRegistry } from './provider-registry.ts';
export type { ProviderSettings } from './provider-settings.ts';
export { answerLine } from './answers/answer-line.ts';
export { hasRoom } from './batch-room.ts';
export type { BatchHeld, BatchRoom } from './batch-room.ts';
export { readResultLine } from './answers/read-result-line.ts';
export { worthOf } from './answers/read-line.ts';
export type { LineError, ReadAnswer, ReadLine, UnparsableLine } from './answers/read-line.ts';
export { costOf, priceOf, PRICES_DATE, PRICES_SOURCE } from './prices/prices.ts';
export type { ModelPrice } from './prices/prices.ts';
export { usefulImageSize } from './tokens/useful-size.ts';
export { unpricedModels } from './prices/unpriced-models.ts';
export { createTokenEstimator } from './tokens/token-estimator.ts';
export type { BodyMeasure, TokenEstimator } from './tokens/token-estimator.ts';
