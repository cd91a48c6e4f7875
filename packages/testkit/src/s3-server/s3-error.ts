/** An error as S3 tells it: a code in the body and a status. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = status;
  }
}

export const noSuchBucket = (bucket: string): S3Error =>
  new S3Error('NoSuchBucket', 404, `The bucket ${bucket} does not exist`);
export const noSuchKey = (key: string): S3Error => new S3Error('NoSuchKey', 404, `The key ${key} does not exist`);
export const noSuchUpload = (): S3Error => new S3Error('NoSuchUpload', 404, 'The upload does not exist');
export const preconditionFailed = (): S3Error =>
  new S3Error('PreconditionFailed', 412, 'At least one of the preconditions did not hold');
export const malformed = (what: string): S3Error => new S3Error('InvalidRequest', 400, what);
