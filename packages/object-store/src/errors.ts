/** There is no object under the key. */
export class ObjectNotFoundError extends Error {
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`The store holds no object "${key}".`, options);
    this.name = 'ObjectNotFoundError';
    this.key = key;
  }
}

/** The bytes read are not the bytes that were written. */
export class StoreCorruptionError extends Error {
  readonly key: string;
  constructor(key: string, found: string, options?: ErrorOptions) {
    super(`The object "${key}" is damaged: ${found}.`, options);
    this.name = 'StoreCorruptionError';
    this.key = key;
  }
}

/** The store cannot be used now (down, slow, full, refusing us). Nothing is lost: the same call may be made again. */
export class StoreUnavailableError extends Error {
  readonly retryable = true;
  /** It has answered, and will answer the same until somebody changes rights, keys or what was asked for. */
  readonly isRefusal: boolean;
  constructor(message: string, { isRefusal = false, ...options }: ErrorOptions & { isRefusal?: boolean } = {}) {
    super(message, options);
    this.name = 'StoreUnavailableError';
    this.isRefusal = isRefusal;
  }
}
