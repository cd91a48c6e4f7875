import type { IncomingMessage, ServerResponse } from 'node:http';
import { FAULT_KINDS } from './faults.ts';
import type { Fault, Faults } from './faults.ts';

export const FAULT_PATH = '/_faults';

/** `POST` a fault or a list of them, `DELETE` all, `GET` what is set and how often each kind has struck. */
export const handleFaults = async (
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.method === 'DELETE') {
    faults.clear();
    return answer(200, {});
  }
  if (request.method !== 'POST') {
    const hits = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults.hits(kind)]));
    return answer(200, { pending: faults.pending(), hits });
  }
  try {
    faults.set(...parseFaults(await textOf(request)));
    return answer(200, {});
  } catch (error) {
    return answer(400, { error: String(error) });
  }
};

const parseFaults = (text: string): Fault[] => {
  const parsed: unknown = JSON.parse(text);
  const faults = (Array.isArray(parsed) ? parsed : [parsed]) as Fault[];
  for (const { kind } of faults) {
    if (!FAULT_KINDS.includes(kind)) throw new Error(`unknown fault "${kind}"; known are ${FAULT_KINDS.join(', ')}`);
  }
  return faults;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
