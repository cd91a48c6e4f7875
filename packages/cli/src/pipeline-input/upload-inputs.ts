import { Readable } from 'node:stream';
import type { CreateJob } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import type { InputFile } from './input-files.ts';
import type { LocalImage } from './local-images.ts';

export type Uploaded = Pick<CreateJob, 'input' | 'assets'>;

/** Sends the inputs and the pictures to where the job will run. */
export const uploadInputs = async (
  client: Client,
  inputs: readonly InputFile[],
  images: readonly LocalImage[],
): Promise<Uploaded> => {
  const input: Uploaded['input'] = [];
  for (const file of inputs) {
    if (file.kind === 'url') input.push({ name: file.name, url: file.url });
    else input.push({ name: file.name, upload: (await client.upload(file.name, { path: file.path })).id });
  }
  if (images.length === 0) return { input };
  const stream = Readable.from(imageLines(client, images));
  return { input, assets: (await client.upload('assets.jsonl', { stream })).id };
};

async function* imageLines(client: Client, images: readonly LocalImage[]): AsyncGenerator<Buffer> {
  for (const { name, path } of images) {
    const { id } = await client.upload(name, { path });
    yield Buffer.from(`${JSON.stringify({ path: name, upload: id })}\n`);
  }
}
