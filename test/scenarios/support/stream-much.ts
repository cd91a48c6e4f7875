/** Takes `stream-much.ts FOLDER MEGABYTES` through every place where rows stream; prints the memory that took. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openLedger, readTextLines } from '@batchmill/ledger';
import { openFsStore } from '@batchmill/object-store';
import { createOpenAiProvider } from '@batchmill/providers';
import { downloadFile } from '@batchmill/service-retriever/download-file';

const [root = '', megabytes = ''] = process.argv.slice(2);
const LINE_BYTES = 1024;
const lines = (Number(megabytes) * 1024 * 1024) / LINE_BYTES;
const ref = { tenant: 'default', job: 'abcdefghijklmnop', run: 1, shard: 0, stage: '001', attempt: 1, part: 0 };

function* values(): Generator<object> {
  for (let row = 0; row < lines; row += 1) yield { row, text: 'x'.repeat(LINE_BYTES - 30) };
}

const store = await openFsStore({ root, fsync: false });
const ledger = openLedger({ store });
const written = await ledger.writeLines(ref, 'requests', values());

let uploaded = 0;
/** Takes any upload, and gives the blob for every download. */
const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  for await (const chunk of request as AsyncIterable<Buffer>) uploaded += chunk.byteLength;
  if (request.url?.endsWith('/content') === true) {
    for await (const chunk of store.read(written.key)) if (!response.write(chunk)) await once(response, 'drain');
    response.end();
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'file-1', bytes: written.bytes }));
  }
};
const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
const provider = createOpenAiProvider({ name: 'openai', apiKey: 'sk-none', baseUrl });

await provider.uploadFile({ name: 'a.jsonl', bytes: written.bytes, body: () => store.read(written.key) });
const downloaded = await downloadFile({ ledger, provider, ref }, 'file-1', 'output');
let read = 0;
if (downloaded !== null) for await (const line of readTextLines(store, downloaded)) read += line.length > 0 ? 1 : 0;

const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ lines, read, uploaded, bytes: written.bytes, maxRssMb: maxRSS / 1024 })}\n`);
process.exit(0);
