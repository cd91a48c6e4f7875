import { InputError } from '@batchmill/contracts';
import type { Problem, UploadRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** null also for what is no id: whatever a user sends never becomes a key. */
export const findUpload = async (ledger: Ledger, tenant: string, id: string): Promise<UploadRecord | null> =>
  /^[0-9a-f]{40}$/.test(id) ? ledger.read(keys.upload(tenant, id)) : null;

/** All of them, or every one that is not there. */
export const findUploads = async (ledger: Ledger, tenant: string, ids: readonly string[]): Promise<UploadRecord[]> => {
  const found = await Promise.all(ids.map((id) => findUpload(ledger, tenant, id)));
  const unknown = ids.filter((_, position) => found[position] === null);
  if (unknown.length > 0) throw new InputError(unknown.map(unknownUpload));
  return found.filter((upload) => upload !== null);
};

export const unknownUpload = (id: string): Problem => ({
  code: 'unknown-upload',
  message: 'there is no upload with this id',
  found: JSON.stringify(id.slice(0, 100)),
  remedy: 'Send the file to POST /v1/uploads first and use the id it answers',
});
