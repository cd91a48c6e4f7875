import type { UploadRecord } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys } from './keys.ts';
import { readAnew } from './read-anew.ts';

/**
 * The upload with this id; null also for what is no id: whatever a user sends never becomes a key. It is read anew each
 * time, since the record of an upload that no job has named for long is deleted.
 */
export const findUpload = async (store: ObjectStore, tenant: string, id: string): Promise<UploadRecord | null> =>
  /^[0-9a-f]{40}$/.test(id) ? ((await readAnew(store, keys.upload(tenant, id)))?.record ?? null) : null;
