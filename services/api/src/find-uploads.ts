import { InputError } from '@batchmill/contracts';
import type { Problem, UploadRecord } from '@batchmill/contracts';
import { findUpload } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** All of them, or every one that is not there. */
export const findUploads = async (
  { store }: Pick<Ledger, 'store'>,
  tenant: string,
  ids: readonly string[],
): Promise<UploadRecord[]> => {
  const found = await Promise.all(ids.map((id) => findUpload(store, tenant, id)));
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
