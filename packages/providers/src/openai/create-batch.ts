import type { CreateBatchResult } from '../batch-provider.ts';
import { parseJson } from '../json-shapes.ts';
import { scrubError } from '../scrub.ts';
import { classifyCreateFailure, UnexpectedAnswer } from './classify-create-failure.ts';
import type { Connection } from './connection.ts';
import { readBatch } from './read-batch.ts';
import { sendOnce } from './send-once.ts';

export type CreateBatchOptions = {
  fileId: string;
  endpoint: string;
  metadata: Record<string, string>;
  signal?: AbortSignal | undefined;
};

/** Exactly one POST. By hand and not through the SDK: what is sent twice is paid twice. */
export const createBatch = async (
  connection: Connection,
  { fileId, endpoint, metadata, signal }: CreateBatchOptions,
): Promise<CreateBatchResult> => {
  try {
    const payload = { input_file_id: fileId, endpoint, completion_window: '24h', metadata };
    const body = Buffer.from(JSON.stringify(payload));
    const answer = await sendOnce({
      url: connection.url('/batches'),
      headers: { ...connection.headers, 'content-type': 'application/json', accept: 'application/json' },
      contentLength: body.byteLength,
      body: [body],
      totalTimeoutMs: connection.timeouts.createMs,
      signal,
    });
    if (answer.status < 200 || answer.status > 299) throw new UnexpectedAnswer(answer, 'no success');
    const batch = readBatch(parseJson(answer.text));
    if (batch === null) throw new UnexpectedAnswer(answer, 'the answer is no batch');
    if (batch.inputFileId !== fileId) throw new UnexpectedAnswer(answer, 'the batch is of another input file');
    return { kind: 'accepted', batch };
  } catch (error) {
    const failure = classifyCreateFailure(error);
    return failure.kind === 'ambiguous' ? { ...failure, cause: scrubError(failure.cause, connection.apiKey) } : failure;
  }
};
