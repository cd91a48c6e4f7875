import { parseCustomId } from '@batchmill/contracts';
import type { providerOf, WireBatch } from './simulator-as-user.ts';

/** One request of a row as the provider got it, and what it gave back. */
export type Exchange = {
  attempt: number;
  /** Kinds of the parts of the user's message, in order. */
  parts: string[];
  picture: string | undefined;
  text: string;
  /** The words of an intact answer; else why there are none. */
  answer: { text: string } | { without: 'refused' | 'failed' | 'expired' };
};

/** Row id → stage → its requests in order of attempts. */
export type Exchanges = Map<string, Map<string, Exchange[]>>;

type Part = { type: string; text?: string; image_url?: { url: string } };
type RequestLine = { custom_id: string; body: { messages: { role: string; content: string | Part[] }[] } };
type Choice = { finish_reason: string; message: { content: string | null; refusal: string | null } };
type ResultLine = {
  custom_id: string;
  response: { status_code: number; body: { choices: Choice[] } } | null;
  error: { code: string } | null;
};

/** Everything that was asked of the provider in batches, from the files that it has kept. */
export const readExchanges = async (provider: ReturnType<typeof providerOf>): Promise<Exchanges> => {
  const found: Exchanges = new Map();
  for (const batch of await provider.allBatches()) {
    const results = await resultsOf(provider, batch);
    for (const { custom_id: id, body } of await provider.fileLines<RequestLine>(batch.input_file_id)) {
      const { row, stage, attempt } = parseCustomId(id) ?? { row: '', stage: '', attempt: 0 };
      const stages = found.get(row) ?? new Map<string, Exchange[]>();
      found.set(row, stages);
      const exchange = { attempt, ...askedIn(body), answer: answerIn(id, results) };
      stages.set(
        stage,
        [...(stages.get(stage) ?? []), exchange].sort((a, b) => a.attempt - b.attempt),
      );
    }
  }
  return found;
};

const resultsOf = async (
  provider: ReturnType<typeof providerOf>,
  { output_file_id: output, error_file_id: errors }: WireBatch,
): Promise<Map<string, ResultLine>> => {
  const results = new Map<string, ResultLine>();
  for (const id of [output, errors]) {
    if (id === null || id === '') continue;
    for (const line of await provider.fileLines<ResultLine>(id)) results.set(line.custom_id, line);
  }
  return results;
};

const askedIn = ({ messages }: RequestLine['body']): Pick<Exchange, 'parts' | 'picture' | 'text'> => {
  const content = messages.find(({ role }) => role === 'user')?.content ?? [];
  if (typeof content === 'string') return { parts: ['text'], picture: undefined, text: content };
  const text = content.find(({ type }) => type === 'text')?.text ?? '';
  const picture = content.find(({ type }) => type === 'image_url')?.image_url?.url;
  return { parts: content.map(({ type }) => type), picture, text };
};

const answerIn = (id: string, results: Map<string, ResultLine>): Exchange['answer'] => {
  const result = results.get(id);
  if (result === undefined) throw new Error(`the provider's files say nothing of ${id}`);
  const choice = result.response?.body.choices?.[0];
  if (choice?.finish_reason === 'stop' && choice.message.content !== null) return { text: choice.message.content };
  if (choice?.message.refusal != null) return { without: 'refused' };
  return { without: result.error?.code === 'batch_expired' ? 'expired' : 'failed' };
};
