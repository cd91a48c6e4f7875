import type { HandlerOutcome } from '@batchmill/queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import type { HandDriven, Message } from './support/hand-driven.ts';
import {
  acceptIt,
  answerLine,
  failureLine,
  startScriptedProvider,
  unreachedLine,
} from './support/scripted-provider.ts';
import type { CreateScript, ScriptedProvider, WireBatch, WireRequest } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: story
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }
  - id: mark
    transform: { derive: { shout: "{{ answer }}!" } }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = [1, 2, 3].map((id) => ({ id, word: `word${id}` }));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: ScriptedProvider;
let driven: HandDriven;
beforeAll(async () => {
  folder = await temporaryFolder();
  provider = await startScriptedProvider();
  driven = await openHandDriven(folder.path, {
    OPENAI_API_KEY: 'sk-none',
    OPENAI_BASE_URL: provider.url,
    BATCHMILL_SUBMIT_LEASE_MS: '300',
    BATCHMILL_SUBMIT_SETTLE_MS: '100',
  });
});
afterAll(async () => {
  await driven[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

type Run = {
  /** What is done with the first POST; those after it are accepted. */
  first?: CreateScript;
  /** How the first batch ends; those after it are answered in full. */
  end?: ScriptedProvider['onEnd'];
  deliver?: (id: string) => (message: Message) => Promise<HandlerOutcome>;
};

/** The story of the one shard of a run, with numbers in the place of ids. */
const storyOf = async ({ first = acceptIt, end, deliver }: Run): Promise<string[]> => {
  const scripts = [first];
  provider.onCreate = (exchange) => (scripts.shift() ?? acceptIt)(exchange);
  const begun: WireBatch[] = [];
  provider.onEnd = (batch, requests) => {
    if (!begun.includes(batch)) begun.push(batch);
    if (end !== undefined && begun.indexOf(batch) === 0) return end(batch, requests);
    return { status: 'completed', output: requests.map(answerLine), errors: null };
  };
  const id = await createJob(driven, PIPELINE, ROWS);
  await driven.drive(id, deliver?.(id));
  const { shards } = await driven.client.explain(id, 0);
  const [shard] = shards;
  expect(shard?.next).toEqual(['nothing: the shard is closed']);
  const numbers = new Map<string, string>();
  const numbered = (name: string, kind: string): string => {
    const known = [...numbers.values()].filter((value) => value.startsWith(kind)).length;
    numbers.set(name, numbers.get(name) ?? `${kind} ${String.fromCharCode(65 + known)}`);
    return numbers.get(name) ?? '';
  };
  return (shard?.happened ?? []).map(({ step, text }) => {
    const told = text
      .replaceAll(/\binput-\d+/g, (name) => numbered(name, 'file'))
      .replaceAll(/\bbatch batch-\d+/g, (name) => numbered(name, 'batch'))
      .replace(/claimed by .*/, 'claimed');
    return `${step}: ${told}`;
  });
};

const READ = 'source: read from the source: 3 ok';
const BUILT = 'ask: attempt 1: 3 requests built in 1 parts';
const END = ['mark: stage closed: 3 ok', 'mark: shard closed, 3 rows delivered'];
const submission = (number: number, ...texts: string[]): string[] =>
  texts.map((text) => `ask: attempt 1, part 0, submission ${number}: ${text}`);
const stored = (output: number, errors: number): string =>
  `ask: attempt 1, part 0: ${output} output and ${errors} error lines stored`;
const ALL_OK = [stored(3, 0), 'ask: attempt 1 accounted: 3 ok', 'ask: stage closed: 3 ok', ...END];
/** The second attempt, with these rows. */
const second = (rows: number): string[] => {
  const noun = rows === 1 ? 'row' : 'rows';
  return [
    `ask: attempt 2: ${rows} requests built in 1 parts`,
    `ask: attempt 2, part 0, submission 1: ${rows} ${noun} uploaded as file B`,
    'ask: attempt 2, part 0, submission 1: claimed',
    'ask: attempt 2, part 0, submission 1: batch B accepted by the provider',
    'ask: attempt 2, part 0, submission 1: batch B ended completed',
    `ask: attempt 2, part 0: ${rows} output and 0 error lines stored`,
    `ask: attempt 2 accounted: ${rows} ok`,
    'ask: stage closed: 3 ok',
    ...END,
  ];
};
const FIRST = submission(1, '3 rows uploaded as file A', 'claimed', 'batch A accepted by the provider');

const lineOf = (requests: WireRequest[], make: (request: WireRequest) => string): string[] =>
  requests.slice(-1).map(make);

const RUNS: Record<string, Run & { story: string[] }> = {
  'nothing happens to': {
    story: [READ, BUILT, ...FIRST, ...submission(1, 'batch A ended completed'), ...ALL_OK],
  },
  'loses the reply to a POST that arrived': {
    first: ({ response, accept }) => {
      accept();
      response.socket?.destroy();
    },
    story: [
      READ,
      BUILT,
      ...submission(1, '3 rows uploaded as file A', 'claimed', 'batch A found at the provider and adopted'),
      ...submission(1, 'batch A ended completed'),
      ...ALL_OK,
    ],
  },
  'loses a POST': {
    first: ({ response }) => void response.socket?.destroy(),
    story: [
      READ,
      BUILT,
      ...submission(
        1,
        '3 rows uploaded as file A',
        'claimed',
        'no answer and no batch within the lease: input file file A deleted as a fence',
        'refused (fenced): no batch came of this claim; its input file is deleted',
      ),
      ...submission(2, '3 rows uploaded as file B', 'claimed', 'batch A accepted by the provider'),
      ...submission(2, 'batch A ended completed'),
      ...ALL_OK,
    ],
  },
  'is refused at first': {
    first: ({ response }) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'Slow down', code: 'rate_limit_exceeded' } }));
    },
    story: [
      READ,
      BUILT,
      ...submission(1, '3 rows uploaded as file A', 'claimed', 'refused (rate-limited): Slow down'),
      ...submission(2, '3 rows uploaded as file B', 'claimed', 'batch A accepted by the provider'),
      ...submission(2, 'batch A ended completed'),
      ...ALL_OK,
    ],
  },
  'has a batch that fails for a while': {
    end: () => ({
      status: 'failed',
      output: null,
      errors: null,
      validation: [{ code: 'server_error', message: 'sorry', line: null }],
    }),
    story: [
      READ,
      BUILT,
      ...FIRST,
      ...submission(1, 'batch A ended failed: sorry'),
      ...submission(2, '3 rows uploaded as file B', 'claimed', 'batch B accepted by the provider'),
      ...submission(2, 'batch B ended completed'),
      ...ALL_OK,
    ],
  },
  'has a batch that expires': {
    end: (_batch, requests) => ({
      status: 'expired',
      output: requests.slice(0, 2).map(answerLine),
      errors: lineOf(requests, (request) => unreachedLine(request, 'batch_expired')),
    }),
    story: [
      READ,
      BUILT,
      ...FIRST,
      ...submission(1, 'batch A ended expired'),
      stored(2, 1),
      'ask: attempt 1 accounted: 2 ok; 1 row asked again (1 expired)',
      ...second(1),
    ],
  },
  'has rows that fail and rows that are missing': {
    end: (_batch, requests) => ({
      status: 'completed',
      output: requests.slice(0, 1).map(answerLine),
      errors: lineOf(requests, (request) => failureLine(request, 500, 'server_error')),
    }),
    story: [
      READ,
      BUILT,
      ...FIRST,
      ...submission(1, 'batch A ended completed'),
      stored(1, 1),
      'ask: attempt 1 accounted: 1 ok; 2 rows asked again (1 missing, 1 server_error)',
      ...second(2),
    ],
  },
  'is cancelled while its batch runs': {
    end: () => null,
    deliver: (id) => {
      let isCancelled = false;
      return async (message) => {
        const isLook = message.queue === 'poll-due' && provider.batches.at(-1)?.status === 'in_progress';
        const outcome = await driven.handle(message);
        if (isLook && !isCancelled) {
          isCancelled = true;
          await driven.client.cancel(id);
        }
        return outcome;
      };
    },
    story: [
      READ,
      BUILT,
      ...FIRST,
      ...submission(1, 'cancel sent to the provider (sent)', 'batch A ended cancelled'),
      stored(0, 0),
      'ask: attempt 1 accounted: 3 cancelled',
      'ask: stage closed: 3 cancelled',
      'ask: shard closed, 0 rows delivered',
    ],
  },
};

test.each(Object.entries(RUNS))(
  'R22 the ledger alone tells, in order, the story of a run that %s',
  async (_name, run) => {
    expect(await storyOf(run)).toEqual(run.story);
  },
);
