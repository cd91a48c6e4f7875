import { readTextLines, settledLines } from '@batchmill/ledger';
import type { Ledger, PartFacts } from '@batchmill/ledger';
import type { LiveRequest } from './ask-row.ts';

type Body = { max_completion_tokens?: number; max_tokens?: number };

/** The requests of a part that no checkpoint settles. All of a live part fit into memory: its plan was cut so. */
export const openRequests = async (ledger: Ledger, { plan, chunks }: PartFacts): Promise<LiveRequest[]> => {
  const settled = settledLines(chunks);
  const open: LiveRequest[] = [];
  const promptTokens = plan.estimatedTokens / plan.requests.lines;
  let line = -1;
  for await (const text of readTextLines(ledger.store, plan.requests)) {
    line += 1;
    if (settled.has(line)) continue;
    const { custom_id: customId, body } = JSON.parse(text) as { custom_id: string; body: Body };
    const answerTokens = body.max_completion_tokens ?? body.max_tokens ?? 0;
    open.push({ line, customId, body, model: plan.model, tokens: promptTokens + answerTokens });
  }
  return open;
};
