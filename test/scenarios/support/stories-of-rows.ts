import { quarantine } from '@batchmill/flow';
import { done } from '@batchmill/queue';
import { afterLooks, answerLine, failureLine, textLine } from './scripted-provider.ts';
import type { BatchEnd, WireRequest } from './scripted-provider.ts';
import type { Story } from './storyteller.ts';

/* What may become of rows, each as a job that `explain` tells of. */

const generate = (settings: string): string => `name: story
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
${settings}
output: { format: jsonl, file: out.jsonl }
`;

const ask = (settings: string): string =>
  generate(
    `    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer, ${settings} }`,
  );

/** A batch that has run to its end, with something else for the first of its requests. */
const completed =
  (first: (request: WireRequest) => string | null, isError = false) =>
  (_batch: unknown, requests: WireRequest[]): BatchEnd => {
    const told = requests.slice(0, 1).flatMap((request) => first(request) ?? []);
    const others = requests.slice(1).map(answerLine);
    return { status: 'completed', output: isError ? others : [...told, ...others], errors: isError ? told : null };
  };

const failing = completed((request) => failureLine(request, 500, 'server_error'), true);
const missing = completed(() => null);

export const STORIES_OF_ROWS: Record<string, Story> = {
  'row-fails-and-is-asked-again': { ends: [failing] },
  'row-fails-for-ever': { ends: [failing, failing, failing] },
  'row-is-missing': { ends: [missing] },
  'row-stays-missing': { ends: [missing, missing, missing] },
  'lines-nobody-can-use': {
    ends: [
      (_batch, requests) => {
        const lines = requests.map(answerLine);
        const unknown = lines
          .slice(0, 1)
          .map((line) => line.replaceAll(/"custom_id":"[^"]*"/g, '"custom_id":"nobody"'));
        return { status: 'completed', output: [...lines, ...lines.slice(0, 1), ...unknown, '{'], errors: null };
      },
    ],
  },
  'rows-left-out-by-when': {
    pipeline: generate(`    when: id > 1
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }`),
  },
  'answer-cut-off': {
    pipeline: ask('params: { max_tokens: 5 }, on_truncated: { max_tokens: 50 }'),
    ends: [completed((request) => textLine(request, 'Well, it', 'length'))],
  },
  'answer-not-as-the-schema-says': {
    pipeline: ask(
      'schema: { type: object, required: [a], additionalProperties: false, properties: { a: { type: string } } }',
    ),
    ends: [
      (_batch, requests) => ({
        status: 'completed',
        output: requests.map((request, index) => textLine(request, index === 0 ? '{"b":1}' : '{"a":"b"}', 'stop')),
        errors: null,
      }),
      (_batch, requests) => ({
        status: 'completed',
        output: requests.map((request) => textLine(request, '{"a":"c"}', 'stop')),
        errors: null,
      }),
    ],
  },
  'rows-removed-by-a-condition': {
    pipeline: generate(`    remove_when: answer contains "word2"
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }`),
  },
  'two-parts-and-a-second-step': {
    pipeline: `name: story
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer, max_requests: 2 }
  - id: mark
    transform: { derive: { shout: "{{ answer }}!" } }
output: { format: jsonl, file: out.jsonl }
`,
    // the second part is the first to be over
    ends: [1, 2].map(() => (batch, requests) => {
      const end: BatchEnd = { status: 'completed', output: requests.map(answerLine), errors: null };
      return batch.metadata['submission']?.includes('-p0-') ? afterLooks(3, batch, end) : end;
    }),
    pages: [
      {
        title: 'while one batch has ended and one has not',
        when: ({ shards }) =>
          ['fetched', 'waits for'].every((words) => shards[0]?.next.some((line) => line.includes(words))),
      },
    ],
  },
  'given-up-after-three-deaths': {
    handle: async (message, { driven, id }) => {
      if (message.queue !== 'rows-ready') return driven.handle(message);
      const { ledger, flow } = driven.backends;
      const reason = { code: 'crashed', message: 'The process died 3 times while it worked on this.' };
      await quarantine(
        ledger,
        flow,
        message.queue,
      )({ tenant: 'default', job: id, run: 1, shard: 0, stage: '001' }, reason);
      return done;
    },
  },
  'budget-reached': {
    pipeline: `max_cost: 0.0001\n${generate('    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }')}`,
    pages: [
      {
        title: 'while its owner is asked',
        when: ({ state }) => state === 'needs-attention',
        afterwards: ({ client, id }) => client.resume(id, { maxCost: 1 }),
      },
    ],
  },
  'a-second-run-for-what-failed': { ends: [failing, failing, failing], runs: 2 },
};

/** At a provider where deleting an input file stops nothing. */
export const STORIES_WITHOUT_FENCE: Record<string, Story> = {
  'claim-only-its-owner-can-resolve': {
    posts: [({ response }) => void response.socket?.destroy()],
    pages: [
      {
        title: 'while its owner is asked',
        when: ({ state }) => state === 'needs-attention',
        afterwards: async ({ client, id }) => {
          const [claim] = await client.claims(id);
          await client.resolve(id, claim?.submission ?? '', null);
        },
      },
    ],
  },
};
