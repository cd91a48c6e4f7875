import type { Json, LineBlobRef, PartPlan, ResultsRecord, RowDetail } from '@batchmill/contracts';
import { readTextLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { costOf, readResultLine } from '@batchmill/providers';

type Exchange = Pick<RowDetail['attempts'][number], 'prompt' | 'answer'>;

/** What was sent for one row of a part, and what came back once that is stored. null: the part does not ask it. */
export const rowExchange = async (
  ledger: Ledger,
  plan: PartPlan,
  results: ResultsRecord | null,
  customId: string,
): Promise<Exchange | null> => {
  const request = await lineOf(ledger, plan.requests, (line) => line.startsWith(`{"custom_id":"${customId}"`));
  if (request === null) return null;
  const prompt = promptOf((JSON.parse(request) as { body?: { messages?: unknown } }).body?.messages);
  for (const blob of [results?.output, results?.errors]) {
    const line = blob == null ? null : await lineOf(ledger, blob, (text) => text.includes(`"${customId}"`));
    const read = line === null ? null : readResultLine(line, plan.endpoint);
    if (read === null || read.kind === 'unparsable' || read.usage === undefined) continue;
    const { inputTokens, outputTokens } = read.usage;
    const cost = costOf(read.usage, plan.model, plan.mode === 'live' ? 'realtime' : 'batch');
    return { prompt, answer: { text: textOf(read), inputTokens, outputTokens, cost } };
  }
  return { prompt };
};

/** What was known of a row before it could be asked. null: nothing was. */
export const givenExchange = async (
  ledger: Ledger,
  given: LineBlobRef | undefined,
  endpoint: string,
  customId: string,
): Promise<Exchange | null> => {
  const line = given === undefined ? null : await lineOf(ledger, given, (text) => text.includes(`"${customId}"`));
  const read = line === null ? null : readResultLine(line, endpoint);
  if (read === null || read.kind === 'unparsable') return null;
  const { inputTokens = 0, outputTokens = 0 } = read.usage ?? {};
  return { answer: { text: textOf(read), inputTokens, outputTokens, cost: 0 } };
};

const lineOf = async (ledger: Ledger, blob: LineBlobRef, is: (line: string) => boolean): Promise<string | null> => {
  for await (const line of readTextLines(ledger.store, blob)) if (is(line)) return line;
  return null;
};

const textOf = (read: ReturnType<typeof readResultLine>): string | null => {
  if (read.kind === 'answer' || read.kind === 'truncated') return read.text;
  return read.kind === 'refused' ? read.message : null;
};

type WireMessage = { role: string; content?: string | null | { type: string; text?: Json }[] };

const textOrPicture = ({ text }: { text?: Json }): string => (typeof text === 'string' ? text : '[picture]');

/** A body that a row brought along may hold no messages, or some without a text. */
const promptOf = (messages: unknown): string =>
  (Array.isArray(messages) ? (messages as WireMessage[]) : [])
    .map(({ role, content }) => {
      const parts = Array.isArray(content) ? content.map(textOrPicture) : [content ?? ''];
      return `${role}: ${parts.join('\n')}`;
    })
    .join('\n');
