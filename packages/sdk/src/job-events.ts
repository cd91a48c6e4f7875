import { isFinalState, jobStatusSchema } from '@batchmill/contracts';
import type { JobStatus } from '@batchmill/contracts';
import { ConnectionError } from './errors.ts';
import { isTemporary } from './transport.ts';
import type { Transport } from './transport.ts';

/** Connections in a row that brought nothing before we give up; with the waits between them about two minutes. */
const FRUITLESS_CONNECTIONS = 12;
const LONGEST_WAIT_MS = 15_000;

/**
 * Full snapshots of a job's status until it is final, the final one included. A broken connection is opened again:
 * every event is a whole snapshot, so that nothing is lost.
 */
export async function* jobEvents(
  transport: Transport,
  id: string,
  options: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<JobStatus, void, undefined> {
  let fruitless = 0;
  for (;;) {
    try {
      for await (const data of eventsOf(transport, id, options.signal)) {
        fruitless = 0;
        const status = jobStatusSchema.parse(JSON.parse(data));
        yield status;
        if (isFinalState(status.state)) return;
      }
      throw new ConnectionError(transport.url, { cause: new Error('the events ended before the job did') });
    } catch (error) {
      options.signal?.throwIfAborted();
      fruitless += 1;
      if (!(isTemporary(error) || isBrokenStream(error)) || fruitless >= FRUITLESS_CONNECTIONS) throw error;
    }
    await transport.sleep(Math.min(250 * 2 ** fruitless, LONGEST_WAIT_MS));
  }
}

async function* eventsOf(transport: Transport, id: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const response = await transport.open(`/v1/jobs/${encodeURIComponent(id)}/events`, {
    headers: { accept: 'text/event-stream' },
    repeatable: true,
    signal,
  });
  if (response.body === null) return;
  let data: string[] = [];
  for await (const line of linesOf(response.body)) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    if (line !== '') continue;
    if (data.length > 0) yield data.join('\n');
    data = [];
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** undici ends a body that breaks off with a bare `TypeError: terminated`. */
const isBrokenStream = (error: unknown): boolean => error instanceof TypeError;
