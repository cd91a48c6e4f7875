/** Redis did not answer in time, or not at all. The caller may try again; nothing is known to have been done. */
export class QueueUnavailableError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`Redis did not answer: ${what}`, options);
    this.name = 'QueueUnavailableError';
  }
}

/** Redis has reached its `maxmemory` and refuses what would need more; reading goes on. Nothing was done. */
export class RedisFullError extends QueueUnavailableError {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'RedisFullError';
    this.message = `Redis is full (its maxmemory is reached): ${what}`;
  }
}

/** Gives what `work` gives, or throws a QueueUnavailableError when it takes longer, the connection is gone, or Redis is full. */
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
    if (isRedisFull(error)) throw new RedisFullError(what, { cause: error });
    if (isConnectionError(error)) throw new QueueUnavailableError(what, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/** Redis' own answer, also from inside a script, or our error made of it. */
export const isRedisFull = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  return error instanceof RedisFullError || /\bOOM command not allowed/.test(error.message) || isRedisFull(error.cause);
};

const CONNECTION_ERRORS =
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection is closed|max retries/i;

const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'MaxRetriesPerRequestError' || CONNECTION_ERRORS.test(error.message));
