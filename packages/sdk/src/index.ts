export { createClient } from './client.ts';
export type { Client, ClientOptions, PreviewRequest, RowFilter } from './client.ts';
export { ApiError, ConnectionError, DownloadError, UnexpectedAnswerError } from './errors.ts';
export { JobFailedError, run } from './run.ts';
export type { RunOptions, RunRow } from './run.ts';
export type { UploadSource } from './upload-body.ts';
