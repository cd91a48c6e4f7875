export type ProviderTimeouts = {
  /** The whole POST that creates a batch; must stay below the submission lease. */
  createMs: number;
  /** Any other small call, per try. */
  requestMs: number;
  /** Silence on the line during an upload or download. */
  idleMs: number;
};

export const DEFAULT_TIMEOUTS: ProviderTimeouts = { createMs: 120_000, requestMs: 60_000, idleMs: 300_000 };

/** Where the provider is and how to speak to it. */
export type Connection = {
  apiKey: string;
  /** Without a slash at the end. */
  baseUrl: string;
  headers: Record<string, string>;
  timeouts: ProviderTimeouts;
  url(path: string): URL;
};

export type ConnectionOptions = {
  apiKey: string;
  baseUrl: string;
  organization?: string | undefined;
  project?: string | undefined;
  timeouts?: Partial<ProviderTimeouts> | undefined;
};

export const createConnection = (options: ConnectionOptions): Connection => {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  return {
    apiKey: options.apiKey,
    baseUrl,
    headers: {
      authorization: `Bearer ${options.apiKey}`,
      'user-agent': 'batchmill',
      ...(options.organization === undefined ? {} : { 'openai-organization': options.organization }),
      ...(options.project === undefined ? {} : { 'openai-project': options.project }),
    },
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    url: (path) => new URL(`${baseUrl}${path}`),
  };
};
