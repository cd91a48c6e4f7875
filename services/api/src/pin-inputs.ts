import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, CreateJob, InputPin, LineBlobRef, Problem, UploadRecord } from '@batchmill/contracts';
import { keys, splitLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { z } from 'zod';
import { fetchInput } from './fetch-input.ts';
import type { Ports } from './routes/ports.ts';

/** The bytes behind each source path, or every reason why one is missing. In the order of the source's paths. */
export const pinInputs = async (
  ports: Ports,
  tenant: string,
  { source }: CompiledPipeline,
  inputs: CreateJob['input'],
): Promise<InputPin[]> => {
  const problems: Problem[] = [];
  const pins = new Map<string, InputPin>();
  for (const input of inputs) {
    if ('url' in input) {
      pins.set(input.name, { name: input.name, ...(await fetchInput(ports, tenant, input.url)) });
      continue;
    }
    const upload = await findUpload(ports.ledger, tenant, input.upload);
    if (upload === null) problems.push(unknownUpload(input.upload));
    else pins.set(input.name, { name: input.name, ...upload.blob });
  }
  for (const path of source.paths) {
    if (!pins.has(path) && problems.length === 0) problems.push(missingInput(path, [...pins.keys()]));
  }
  if (problems.length > 0) throw new InputError(problems);
  return source.paths.flatMap((path) => pins.get(path) ?? []);
};

const assetLineSchema = z.object({ path: z.string(), upload: z.string() });

/** The uploaded pictures as the builder reads them: path → blob. */
export const pinAssets = async (
  ledger: Ledger,
  tenant: string,
  uploadId: string | undefined,
): Promise<LineBlobRef | undefined> => {
  if (uploadId === undefined) return undefined;
  const upload = await findUpload(ledger, tenant, uploadId);
  if (upload === null) throw new InputError([unknownUpload(uploadId)]);
  const lines: string[] = [];
  for await (const text of splitLines(ledger.store.read(upload.blob.key))) {
    const { path, upload: id } = readAssetLine(text, lines.length + 1);
    const picture = await findUpload(ledger, tenant, id);
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

/** null also for what is no id: whatever a user sends never becomes a key. */
const findUpload = async (ledger: Ledger, tenant: string, id: string): Promise<UploadRecord | null> =>
  /^[0-9a-f]{40}$/.test(id) ? ledger.read(keys.upload(tenant, id)) : null;

const unknownUpload = (id: string): Problem => ({
  code: 'unknown-upload',
  message: 'there is no upload with this id',
  found: JSON.stringify(id.slice(0, 100)),
  remedy: 'Send the file to POST /v1/uploads first and use the id it answers',
});

const missingInput = (path: string, given: string[]): Problem => ({
  code: 'missing-input',
  message: `no input was given for the source path "${path}"`,
  place: { path: 'input' },
  found: given.length === 0 ? 'no inputs' : given.join(', '),
  remedy: 'Give each path of the source an input of that name',
});
