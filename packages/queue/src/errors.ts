/** Redis did not answer in time, or not at all. The caller may try again; nothing is known to have been done. */
export class QueueUnavailableError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`Redis did not answer: ${what}`, options);
    this.name = 'QueueUnavailableError';
  }
}

/** Gives what `work` gives, or throws a QueueUnavailableError when it takes longer or the connection is gone. */
export const withinDeadline = async <Result>(
  work: Promise<Result>,
  timeoutMs: number,
  what: string,
): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new QueueUnavailableError(`${what} (${timeoutMs} ms)`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } catch (error) {
    if (isConnectionError(error)) throw new QueueUnavailableError(what, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

const CONNECTION_ERRORS =
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection is closed|max retries/i;

const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'MaxRetriesPerRequestError' || CONNECTION_ERRORS.test(error.message));
