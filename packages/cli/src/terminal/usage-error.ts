/** The command was called in a way it cannot follow; the message says what to do. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Ctrl-C came while nothing could be said about a job yet. */
export class InterruptedError extends Error {
  constructor() {
    super('Stopped before it was done. The same command goes on where it is.');
    this.name = 'InterruptedError';
  }
}
