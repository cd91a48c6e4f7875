import { InputError } from '@batchmill/contracts';
import type { BlobRef, CompiledPipeline, CreateJob, InputPin, LineBlobRef, Problem } from '@batchmill/contracts';
import { findUpload, splitLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { filesOfSource } from '@batchmill/pipeline';
import { z } from 'zod';
import { unknownUpload } from './find-uploads.ts';
import { fetchInput } from './fetch-input.ts';
import { inputAddress } from './input-address.ts';
import type { InputAddress } from './input-address.ts';
import type { Ports } from './routes/ports.ts';

/** The bytes behind each file of the source, or every reason why one is missing: its rows, then what is joined to them. */
export const pinInputs = async (
  ports: Ports,
  tenant: string,
  { source }: CompiledPipeline,
  inputs: CreateJob['input'],
): Promise<InputPin[]> => {
  const problems: Problem[] = [];
  const found = new Map<string, InputAddress | BlobRef>();
  for (const input of [...inputs, ...addressesIn(filesOfSource(source), inputs)]) {
    const known = 'url' in input ? inputAddress(ports.config, input.url) : await uploaded(ports, tenant, input.upload);
    if ('code' in known) problems.push(known);
    else found.set(input.name, known);
  }
  const wanted = filesOfSource(source);
  for (const path of wanted) {
    if (!found.has(path) && problems.length === 0) problems.push(missingInput(path, [...found.keys()]));
  }
  if (problems.length > 0) throw new InputError(problems);
  const pins: InputPin[] = [];
  for (const name of wanted) {
    const at = found.get(name);
    if (at !== undefined) pins.push({ name, ...('kind' in at ? await fetchInput(ports, tenant, at) : at) });
  }
  return pins;
};

/** A source path that is an address needs no input of its own. */
const addressesIn = (paths: readonly string[], inputs: CreateJob['input']): { name: string; url: string }[] =>
  paths
    .filter((path) => /^(https|s3):\/\//.test(path) && !inputs.some(({ name }) => name === path))
    .map((path) => ({ name: path, url: path }));

const uploaded = async ({ store }: Ports, tenant: string, id: string): Promise<BlobRef | Problem> =>
  (await findUpload(store, tenant, id))?.blob ?? unknownUpload(id);

const assetLineSchema = z.object({ path: z.string(), upload: z.string() });

/** The uploaded pictures as the builder reads them: path → blob. */
export const pinAssets = async (
  ledger: Ledger,
  tenant: string,
  uploadId: string | undefined,
): Promise<LineBlobRef | undefined> => {
  if (uploadId === undefined) return undefined;
  const upload = await findUpload(ledger.store, tenant, uploadId);
  if (upload === null) throw new InputError([unknownUpload(uploadId)]);
  const lines: string[] = [];
  for await (const text of splitLines(ledger.store.read(upload.blob.key))) {
    const { path, upload: id } = readAssetLine(text, lines.length + 1);
    const picture = await findUpload(ledger.store, tenant, id);
    if (picture === null) throw new InputError([unknownUpload(id)]);
    lines.push(JSON.stringify({ path, ...picture.blob }));
  }
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const blob = await ledger.store.putBlob(`${upload.blob.key}-assets-${ledger.nonce()}`, body);
  return { ...blob, lines: lines.length };
};

const readAssetLine = (text: string, line: number): z.infer<typeof assetLineSchema> => {
  try {
    return assetLineSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (cause) {
    const problem = {
      code: 'invalid-assets',
      message: 'a line of the assets cannot be read',
      place: { file: 'assets', line },
      expected: 'one JSON object a line: {"path": "…", "upload": "…"}',
    };
    throw new InputError([problem], { cause });
  }
};

const missingInput = (path: string, given: string[]): Problem => ({
  code: 'missing-input',
  message: `no input was given for the source path "${path}"`,
  place: { path: 'input' },
  found: given.length === 0 ? 'no inputs' : given.join(', '),
  remedy: 'Give each path of the source an input of that name',
});
