import { jsonLinesOf } from './json-lines.ts';

export type WireBatch = {
  id: string;
  status: string;
  input_file_id: string;
  output_file_id: string | null;
  error_file_id: string | null;
  metadata: Record<string, string> | null;
};

/** The simulator as another user of the same account sees it, and the handles no provider has. */
export const providerOf = (simulatorUrl: string) => {
  const open = async (path: string, body?: object): Promise<Response> => {
    const response = await fetch(`${simulatorUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-another-user' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const call = async <Answer>(path: string, body?: object): Promise<Answer> =>
    (await (await open(path, body)).json()) as Answer;
  return {
    batches: async () => (await call<{ data: WireBatch[] }>('/v1/batches')).data,
    /** Over all pages, newest first. */
    allBatches: async (): Promise<WireBatch[]> => {
      const found: WireBatch[] = [];
      for (;;) {
        const last = found.at(-1);
        const after = last === undefined ? '' : `&after=${last.id}`;
        const page = await call<{ data: WireBatch[]; has_more: boolean }>(`/v1/batches?limit=100${after}`);
        found.push(...page.data);
        if (!page.has_more) return found;
      }
    },
    /** The values of a file of JSON lines. */
    fileLines: async <Line>(id: string): Promise<Line[]> =>
      jsonLinesOf<Line>(await (await open(`/v1/files/${id}/content`)).text()),
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
