export type S3Timeouts = {
  /** Until a connection stands. Default 5,000. */
  connectMs: number;
  /** Without a byte on the socket. Default 30,000. */
  socketMs: number;
  /** Until the answer's headers. Default 60,000. */
  requestMs: number;
  /** Between two chunks of a body that is being read; then the read goes on by range. Default 30,000. */
  chunkMs: number;
};

export type S3StoreOptions = {
  bucket: string;
  /** Put before every key, so that a bucket can be shared. */
  prefix?: string;
  /** Base address of a store that is not AWS's own, for example `http://127.0.0.1:9000`. */
  endpoint?: string;
  /** Default `us-east-1`. */
  region?: string;
  /** Without it, the SDK's own chain is asked: environment, profile, role. */
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  /** Whether the bucket goes into the path rather than the host name. Default: true when an endpoint is given. */
  forcePathStyle?: boolean;
  /** Whether a missing bucket is made. Default false: the error says that it is missing. */
  createBucket?: boolean;
  timeouts?: Partial<S3Timeouts>;
};

export const DEFAULT_TIMEOUTS: S3Timeouts = { connectMs: 5_000, socketMs: 30_000, requestMs: 60_000, chunkMs: 30_000 };
