import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, CreateJob, InputPin, LineBlobRef, Problem } from '@batchmill/contracts';
import { splitLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { filesOfSource } from '@batchmill/pipeline';
import { z } from 'zod';
import { findUpload, unknownUpload } from './find-uploads.ts';
import { fetchInput } from './fetch-input.ts';
import type { Ports } from './routes/ports.ts';

/** The bytes behind each file of the source, or every reason why one is missing: its rows, then what is joined to them. */
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
  const wanted = filesOfSource(source);
  for (const path of wanted) {
    if (!pins.has(path) && problems.length === 0) problems.push(missingInput(path, [...pins.keys()]));
  }
  if (problems.length > 0) throw new InputError(problems);
  return wanted.flatMap((path) => pins.get(path) ?? []);
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

const missingInput = (path: string, given: string[]): Problem => ({
  code: 'missing-input',
  message: `no input was given for the source path "${path}"`,
  place: { path: 'input' },
  found: given.length === 0 ? 'no inputs' : given.join(', '),
  remedy: 'Give each path of the source an input of that name',
});
