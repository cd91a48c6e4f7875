import { createHash } from 'node:crypto';
import { APIError, OpenAI } from 'openai';
import type { BatchProvider, ProviderBatch, ProviderLimits } from '../batch-provider.ts';
import type { ChatProvider } from '../chat-provider.ts';
import { numberAt } from '../json-shapes.ts';
import { ProviderError } from '../provider-error.ts';
import { checkAccess } from './check-access.ts';
import { createConnection } from './connection.ts';
import type { ProviderTimeouts } from './connection.ts';
import { createBatch } from './create-batch.ts';
import { listBatches } from './list-batches.ts';
import { openFile } from './open-file.ts';
import { OPENAI_LIMITS } from './openai-limits.ts';
import { readBatch } from './read-batch.ts';
import { sendChat } from './send-chat.ts';
import { toProviderError } from './to-provider-error.ts';
import { uploadFile } from './upload-file.ts';

export const OPENAI_BASE_URL = 'https://api.openai.com/v1';

export type OpenAiProviderOptions = {
  name: string;
  apiKey: string;
  /** Default `https://api.openai.com/v1`. */
  baseUrl?: string | undefined;
  organization?: string | undefined;
  project?: string | undefined;
  limits?: Partial<ProviderLimits> | undefined;
  timeouts?: Partial<ProviderTimeouts> | undefined;
  /** False: deleting the input file does not keep a late create from being paid; claims wait for their owner. */
  canFence?: boolean | undefined;
  /** For the calls that go through the SDK: all but upload and create. */
  fetch?: typeof globalThis.fetch | undefined;
};

/** OpenAI's API for batches and for single requests, or a server that speaks one of them. */
export const createOpenAiProvider = (options: OpenAiProviderOptions): BatchProvider & ChatProvider => {
  const { name, apiKey, organization, project, canFence = true } = options;
  const connection = createConnection({ ...options, baseUrl: options.baseUrl ?? OPENAI_BASE_URL });
  const client = new OpenAI({
    apiKey,
    baseURL: connection.baseUrl,
    organization: organization ?? null,
    project: project ?? null,
    timeout: connection.timeouts.requestMs,
    logLevel: 'off',
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return {
    name,
    account: createHash('sha256').update(`${connection.baseUrl}\n${apiKey}`).digest('hex').slice(0, 12),
    capabilities: { tag: true, list: true, fence: canFence, cancel: true, partialOnCancel: true },
    limits: { ...OPENAI_LIMITS, ...options.limits },
    uploadFile: (upload) => uploadFile(connection, upload),
    createBatch: (create) => createBatch(connection, create),
    listBatches: (list) => listBatches(client, apiKey, list),
    getBatch: (id) => unlessMissing(apiKey, null, async () => requireBatch(await client.batches.retrieve(id))),
    cancelBatch: (id) => unlessMissing(apiKey, 'not-found' as const, () => cancelBatch(client, id)),
    fileInfo: (id) =>
      unlessMissing(apiKey, null, async () => ({ bytes: numberAt(await client.files.retrieve(id), 'bytes') })),
    openFile: (id, signal) => openFile(client, connection, id, signal),
    deleteFile: (id) => unlessMissing(apiKey, 'absent' as const, () => deleteFile(client, id)),
    send: (request) => sendChat(client, apiKey, request),
    check: () => checkAccess(client, connection, name),
  };
};

const unlessMissing = async <Found, Missing>(
  apiKey: string,
  missing: Missing,
  call: () => Promise<Found>,
): Promise<Found | Missing> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof APIError && error.status === 404) return missing;
    throw toProviderError(error, apiKey);
  }
};

const requireBatch = (wire: unknown): ProviderBatch => {
  const batch = readBatch(wire);
  if (batch !== null) return batch;
  throw new ProviderError('The provider answered with something that is no batch.', {
    kind: 'unavailable',
    code: 'unreadable-answer',
    retryable: true,
  });
};

/** 409 is an answer here (the batch is already final), which the SDK would repeat. */
const cancelBatch = async (client: OpenAI, id: string): Promise<'sent' | 'already-final'> => {
  try {
    const batch = readBatch(await client.batches.cancel(id, { maxRetries: 0 }));
    return batch !== null && batch.state !== 'open' ? 'already-final' : 'sent';
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    const isFinal = error.status === 409 || (error.status === 400 && /cannot cancel/i.test(error.message));
    if (!isFinal) throw error;
    return 'already-final';
  }
};

/** The fence of a submission rests on this, so that only a clear yes counts. */
const deleteFile = async (client: OpenAI, id: string): Promise<'deleted'> => {
  const answer = await client.files.delete(id);
  if (answer.deleted) return 'deleted';
  throw new ProviderError('The provider did not confirm that the file is deleted.', {
    kind: 'unavailable',
    code: 'unreadable-answer',
    retryable: true,
  });
};
