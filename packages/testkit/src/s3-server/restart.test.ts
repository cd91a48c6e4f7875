import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { presign } from './presign.ts';
import { xmlTexts } from './xml.ts';

const CREDENTIALS = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };

let dir = '';
let child: ChildProcess;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-restart-'));
});
afterAll(async () => {
  await end('SIGTERM');
  await rm(dir, { recursive: true, force: true });
});

const start = async (): Promise<string> => {
  const main = join(import.meta.dirname, 'main.ts');
  child = spawn(process.execPath, [main, '--dir', dir, '--bucket', 'kept'], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return `${(JSON.parse(line) as { url: string }).url}/kept`;
};
const end = async (signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
};
const ask = (method: string, url: string, body?: string): Promise<Response> =>
  fetch(presign(method, url, CREDENTIALS), { method, ...(body === undefined ? {} : { body }) });

it('a server killed and started again has its objects, deletions and open uploads', async () => {
  let url = await start();
  for (const key of ['a', 'b', 'c']) await ask('PUT', `${url}/${key}`, `body of ${key}`);
  await ask('DELETE', `${url}/b`);
  await ask('PUT', `${url}/c`, 'second body of c');
  const uploadId = xmlTexts(await (await ask('POST', `${url}/d?uploads`)).text(), 'UploadId')[0];
  const etag = (await ask('PUT', `${url}/d?uploadId=${uploadId}&partNumber=1`, 'body of d')).headers.get('etag');
  await end('SIGKILL');
  await appendFile(join(dir, 'kept', 'journal.jsonl'), '{"put":{"key":"cut in the mid');

  url = await start();
  const listed = await (await ask('GET', `${url}?list-type=2`)).text();
  expect(xmlTexts(listed, 'Key')).toEqual(['a', 'c']);
  expect(await (await ask('GET', `${url}/c`)).text()).toBe('second body of c');
  const parts = `<X><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></X>`;
  expect((await ask('POST', `${url}/d?uploadId=${uploadId}`, parts)).status).toBe(200);
  expect(await (await ask('GET', `${url}/d`)).text()).toBe('body of d');
});
