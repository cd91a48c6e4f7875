import { StoreUnavailableError } from '../errors.ts';

/** What an S3 error means for us. */
export type S3Meaning = 'absent' | 'bucket-missing' | 'exists' | 'conflict' | 'range' | 'refused' | 'other';

export type S3Errors = {
  meaning(error: unknown): S3Meaning;
  /** The error for our callers: says what failed, where, and what to do. Holds no secret and no request. */
  unavailable(operation: string, error: unknown): StoreUnavailableError;
  /** The sentence alone. */
  sentence(operation: string, error: unknown): string;
};

const REFUSALS = new Set([
  'AccessDenied',
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

export const s3Errors = (place: {
  bucket: string;
  endpoint: string | undefined;
  secrets: (string | undefined)[];
}): S3Errors => {
  const where = `S3 store ${place.endpoint === undefined ? 'of AWS' : originOf(place.endpoint)}, bucket "${place.bucket}"`;
  const clean = (text: string): string =>
    place.secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text);
  const sentence = (operation: string, error: unknown): string =>
    clean(`${where}: ${operation} failed: ${reason(error)}. ${remedy(meaning(error), error)}`);
  return {
    meaning,
    sentence,
    // The SDK's error holds the whole exchange, signature included: only its text is kept as the cause.
    unavailable: (operation, error) =>
      new StoreUnavailableError(sentence(operation, error), {
        cause: new Error(clean(reason(error))),
        isRefusal: isRefusal(error),
      }),
  };
};

const meaning = (error: unknown): S3Meaning => {
  const { name, status } = facts(error);
  if (name === 'NoSuchBucket') return 'bucket-missing';
  if (REFUSALS.has(name) || status === 401 || status === 403) return 'refused';
  if (name === 'NoSuchUpload') return 'other';
  if (name === 'NoSuchKey' || name === 'NotFound' || status === 404) return 'absent';
  if (status === 412) return 'exists';
  if (status === 409) return 'conflict';
  if (status === 416) return 'range';
  return 'other';
};

/** Too slow and too often may pass by themselves. */
const isRefusal = (error: unknown): boolean => {
  const { status = 0 } = facts(error);
  return meaning(error) === 'refused' || (status >= 400 && status < 500 && status !== 408 && status !== 429);
};

const remedy = (meaning: S3Meaning, error: unknown): string => {
  if (facts(error).name === 'CredentialsProviderError') {
    return 'Give an access key and a secret key, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  if (meaning === 'refused')
    return 'Check the access key, the secret key, the region, the clock and the rights on the bucket';
  if (meaning === 'bucket-missing') return 'Create the bucket, or allow it to be created';
  const { status } = facts(error);
  if (status === 501)
    return 'This store lacks something that is needed here; choose one that honours conditional writes';
  return 'Check that the store runs and that its address is right; the same call may be made again';
};

const reason = (error: unknown): string => {
  const { name, status, code, message } = facts(error);
  const label = [name === 'Error' || name === 'AggregateError' ? undefined : name, status, code]
    .filter(Boolean)
    .join(' ');
  return [label, message].filter(Boolean).join(': ').replace(/\.$/, '');
};

const facts = (
  error: unknown,
): { name: string; status: number | undefined; code: string | undefined; message: string } => {
  if (!(error instanceof Error)) return { name: 'Error', status: undefined, code: undefined, message: String(error) };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    name: error.name,
    status: typeof status === 'number' ? status : undefined,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    message: error.message,
  };
};

const originOf = (endpoint: string): string =>
  URL.canParse(endpoint) ? new URL(endpoint).origin : '(unreadable address)';
