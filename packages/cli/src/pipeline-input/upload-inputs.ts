import { Readable } from 'node:stream';
import type { CreateJob } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import type { InputFile } from './input-files.ts';
import type { LocalImage } from './local-images.ts';

export type Uploaded = Pick<CreateJob, 'input' | 'assets'>;

/** Sends the inputs and the pictures to where the job will run, but for those (path → SHA-256) that are there already. */
export const uploadInputs = async (
  client: Client,
  inputs: readonly InputFile[],
  images: readonly LocalImage[],
  digests: ReadonlyMap<string, string>,
): Promise<Uploaded> => {
  const send = async ({ name, path }: { name: string; path: string }): Promise<string> => {
    const sha256 = digests.get(path);
    const known = sha256 === undefined ? null : await client.findUpload(sha256);
    return (known ?? (await client.upload(name, { path }))).id;
  };
  const input: Uploaded['input'] = [];
  for (const file of inputs) {
    if (file.kind === 'url') input.push({ name: file.name, url: file.url });
    else input.push({ name: file.name, upload: await send(file) });
  }
  if (images.length === 0) return { input };
  const stream = Readable.from(imageLines(images, send));
  return { input, assets: (await client.upload('assets.jsonl', { stream })).id };
};

async function* imageLines(
  images: readonly LocalImage[],
  send: (image: LocalImage) => Promise<string>,
): AsyncGenerator<Buffer> {
  for (const image of images) {
    yield Buffer.from(`${JSON.stringify({ path: image.name, upload: await send(image) })}\n`);
  }
}
