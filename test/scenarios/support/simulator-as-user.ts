type WireBatch = { id: string; status: string; input_file_id: string; metadata: Record<string, string> | null };

/** The simulator as another user of the same account sees it, and the handles no provider has. */
export const providerOf = (simulatorUrl: string) => {
  const call = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${simulatorUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-another-user' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  return {
    batches: async () => (await call<{ data: WireBatch[] }>('/v1/batches')).data,
    batch: (id: string) => call<WireBatch>(`/v1/batches/${id}`),
    /** Creates a batch over a file that is there; gives its id. */
    plant: async (fileId: string, metadata: Record<string, string>): Promise<string> => {
      const wish = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h', metadata };
      return (await call<WireBatch>('/v1/batches', wish)).id;
    },
    faults: (faults: object) => call<unknown>('/_simulator/faults', faults),
    advance: (advanceMs: number) => call<unknown>('/_simulator/clock', { advanceMs }),
  };
};
