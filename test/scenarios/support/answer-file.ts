import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { setTimeout as delay } from 'node:timers/promises';

type Batch = { status: string; output_file_id: string | null; error_file_id: string | null };

/** Has a request file answered as anybody would without Batchmill: three calls over plain HTTP. Gives the result lines. */
export const answerFile = async (simulatorUrl: string, file: string): Promise<string[]> => {
  const base = `${simulatorUrl}/v1`;
  const headers = { authorization: 'Bearer simulator' };
  const form = new FormData();
  form.set('purpose', 'batch');
  form.set('file', new Blob([await readFile(file)]), basename(file));
  const upload = await asJson<{ id: string }>(fetch(`${base}/files`, { method: 'POST', headers, body: form }));
  const body = { input_file_id: upload.id, endpoint: '/v1/chat/completions', completion_window: '24h' };
  const created = await asJson<{ id: string }>(
    fetch(`${base}/batches`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  for (; ; await delay(POLL_MS)) {
    const batch = await asJson<Batch>(fetch(`${base}/batches/${created.id}`, { headers }));
    if (['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
      const files = [batch.output_file_id, batch.error_file_id].filter((id) => id !== null);
      const texts = await Promise.all(
        files.map(async (id) => (await fetch(`${base}/files/${id}/content`, { headers })).text()),
      );
      return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    }
  }
};

const POLL_MS = 50;

const asJson = async <Value>(answer: Promise<Response>): Promise<Value> => {
  const response = await answer;
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Value;
};
