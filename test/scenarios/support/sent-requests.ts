export type SentRequest = { custom_id: string; body: { messages: { content: unknown[] }[] } };

/** The request lines of every batch file that a simulator holds, file after file. */
export const sentRequests = async (simulatorUrl: string): Promise<SentRequest[]> => {
  const headers = { authorization: 'Bearer simulator' };
  const files = (await (await fetch(`${simulatorUrl}/v1/files?purpose=batch&limit=10000`, { headers })).json()) as {
    data: { id: string }[];
  };
  const requests: SentRequest[] = [];
  for (const { id } of files.data) {
    const text = await (await fetch(`${simulatorUrl}/v1/files/${id}/content`, { headers })).text();
    for (const line of text.trim().split('\n')) requests.push(JSON.parse(line) as SentRequest);
  }
  return requests;
};
