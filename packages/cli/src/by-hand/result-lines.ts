import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { InputError } from '@batchmill/contracts';
import type { Fields, Json } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { formOf, recordsOf } from './result-file.ts';
import type { ResultFile } from './result-file.ts';

/** Sends result files to where their job will run, each as lines of a provider for the endpoint. */
export const uploadResults = async (
  client: Client,
  files: readonly ResultFile[],
  endpoint: string,
): Promise<{ name: string; upload: string }[]> => {
  const { answerLine } = await import('@batchmill/providers');
  const lineOf = (file: ResultFile, id: string, content: Json): object => {
    const line = answerLine(id, typeof content === 'string' ? content : JSON.stringify(content), endpoint);
    if (line !== null) return line;
    const problem = {
      code: 'no-text-answers',
      message: `the endpoint ${endpoint} of this step does not answer with texts, so that {custom_id, content} says nothing`,
      place: { file: file.name },
      remedy: 'Give the lines of the provider',
    };
    throw new InputError([problem]);
  };
  const uploads: { name: string; upload: string }[] = [];
  for (const file of files) {
    const known = file.isWire ? await client.findUpload(file.sha256) : null;
    const stream = file.isWire ? createReadStream(file.path) : Readable.from(asLines(file, lineOf));
    uploads.push({ name: file.name, upload: (known ?? (await client.upload(file.name, { stream }))).id });
  }
  return uploads;
};

async function* asLines(
  file: ResultFile,
  lineOf: (file: ResultFile, id: string, content: Json) => object,
): AsyncGenerator<Buffer> {
  for await (const item of recordsOf(file)) {
    // what is no result keeps its place, and is counted as what it is
    const line = 'problem' in item ? null : resultOf(item.fields);
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }

  function resultOf(fields: Fields): object {
    const { custom_id: id, content = '' } = fields;
    return formOf(fields) === 'content' && typeof id === 'string' ? lineOf(file, id, content) : fields;
  }
}
