import type { Problem } from '@batchmill/contracts';

/** The server answered, and said no. `code` is stable; `details` names every mistake with place and remedy. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly Problem[];
  constructor(status: number, code: string, message: string, details: readonly Problem[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** No answer came from the server: it is not there, or the connection broke. */
export class ConnectionError extends Error {
  readonly url: string;
  constructor(url: string, options?: ErrorOptions) {
    super(`No answer from ${url}${reasonOf(options?.cause)}`, options);
    this.name = 'ConnectionError';
    this.url = url;
  }
}

/** The server answered with something this version does not know: it may be of another version, or no Batchmill. */
export class UnexpectedAnswerError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`The server's answer to ${what} cannot be understood. Is it a Batchmill server of this version?`, options);
    this.name = 'UnexpectedAnswerError';
  }
}

/** The bytes that came are not the bytes the server has on record. Nothing was written. */
export class DownloadError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DownloadError';
  }
}

/** fetch hides the reason one level down: `TypeError: fetch failed` with the socket's error as its cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const inner = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
  return ` (${code ?? inner.message})`;
};
