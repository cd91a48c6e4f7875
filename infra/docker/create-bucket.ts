import { openStore } from '../../packages/object-store/src/index.ts';

/** Makes the bucket of BATCHMILL_STORE where it is missing; the services themselves never make one. Twice is harmless. */
const { BATCHMILL_STORE, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env;

const store = await openStore(BATCHMILL_STORE ?? '', {
  createBucket: true,
  ...(S3_ENDPOINT ? { endpoint: S3_ENDPOINT } : {}),
  ...(S3_REGION ? { region: S3_REGION } : {}),
  ...(S3_ACCESS_KEY_ID ? { accessKeyId: S3_ACCESS_KEY_ID } : {}),
  ...(S3_SECRET_ACCESS_KEY ? { secretAccessKey: S3_SECRET_ACCESS_KEY } : {}),
});
await store.close();
console.log(`${BATCHMILL_STORE} is there`);
