import type { OutcomeCounts } from '@batchmill/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliveredRows } from './support/delivered-rows.ts';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import type { HandDriven } from './support/hand-driven.ts';
import { answerLine, failureLine, startScriptedProvider, unreachedLine } from './support/scripted-provider.ts';
import type { BatchEnd, ScriptedProvider, WireRequest } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: ends
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = Array.from({ length: 6 }, (_, id) => ({ id, word: `word${id}` }));
const ALL = [0, 1, 2, 3, 4, 5];

/** How the first batch ends: what its lines say, and which rows must be kept, asked again and counted. */
type State = {
  status: BatchEnd['status'];
  answered: number[];
  failures: (request: WireRequest, row: number) => string | null;
  validation?: BatchEnd['validation'];
  again: number[];
  outcomes: OutcomeCounts;
};

const silent = (): null => null;
const unreached = (code: string) => (request: WireRequest) => unreachedLine(request, code);
const badLine = (line: number) => ({ code: 'invalid_value', message: `line ${line} is bad`, line });

const STATES: Record<string, State> = {
  completed: {
    status: 'completed',
    answered: [0, 1, 2],
    failures: (request, row) => failureLine(request, row === 3 ? 400 : 500, row === 3 ? 'bad_request' : 'server_error'),
    again: [4, 5],
    outcomes: { ok: 5, failed: 1 },
  },
  'completed with all failed': {
    status: 'completed',
    answered: [],
    failures: (request) => failureLine(request, 429, 'rate_limit_exceeded'),
    again: ALL,
    outcomes: { ok: 6 },
  },
  'expired with partial files': {
    status: 'expired',
    answered: [0, 1, 4],
    failures: unreached('batch_expired'),
    again: [2, 3, 5],
    outcomes: { ok: 6 },
  },
  'expired without lines': { status: 'expired', answered: [], failures: silent, again: ALL, outcomes: { ok: 6 } },
  'cancelled with partial files': {
    status: 'cancelled',
    answered: [1, 5],
    failures: unreached('batch_cancelled'),
    again: [],
    outcomes: { ok: 2, cancelled: 4 },
  },
  'cancelled without lines': {
    status: 'cancelled',
    answered: [],
    failures: silent,
    again: [],
    outcomes: { cancelled: 6 },
  },
  'failed in validation with bad lines': {
    status: 'failed',
    answered: [],
    failures: silent,
    validation: [badLine(2), badLine(5)],
    again: [0, 2, 3, 5],
    outcomes: { ok: 4, invalid: 2 },
  },
  'failed for another reason': {
    status: 'failed',
    answered: [0, 3],
    failures: silent,
    validation: [{ code: 'server_error', message: 'sorry', line: null }],
    again: [1, 2, 4, 5],
    outcomes: { ok: 6 },
  },
};

type Files = Pick<BatchEnd, 'output' | 'errors'>;
/** Where the lines stand; a file without lines has 0 bytes. */
const SHAPES: Record<string, (answers: string[], failures: string[]) => Files> = {
  'an output file only': (answers, failures) => ({ output: [...failures, ...answers], errors: '' }),
  'an error file only': (answers, failures) => ({ output: null, errors: [...answers, ...failures] }),
  'both files': (answers, failures) => ({ output: answers, errors: failures }),
};
const NO_FILES: [string, Files][] = [
  ['null', { output: null, errors: null }],
  ['""', { output: '', errors: '' }],
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: ScriptedProvider;
let driven: HandDriven;

beforeAll(async () => {
  folder = await temporaryFolder();
  provider = await startScriptedProvider();
  driven = await openHandDriven(folder.path, { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: provider.url });
});
afterAll(async () => {
  await driven[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const rowOf = ({ body }: WireRequest): number => ROWS.findIndex(({ word }) => body.messages[0]?.content.endsWith(word));

const endFirst = async (state: State, filesOf: (answers: string[], failures: string[]) => Files) => {
  const seen = { batches: provider.batches.length, inputs: provider.inputs.length };
  provider.onEnd = (batch, requests) => {
    if (batch !== provider.batches[seen.batches]) {
      return { status: 'completed', output: requests.map(answerLine), errors: '' };
    }
    const isAnswered = (request: WireRequest): boolean => state.answered.includes(rowOf(request));
    const answers = requests.filter(isAnswered).map(answerLine);
    const failures = requests
      .filter((request) => !isAnswered(request))
      .flatMap((request) => state.failures(request, rowOf(request)) ?? []);
    const { status, validation } = state;
    return { status, ...filesOf(answers, failures), ...(validation === undefined ? {} : { validation }) };
  };
  const id = await createJob(driven, PIPELINE, ROWS);
  await driven.drive(id);
  const [first, ...later] = provider.inputs.slice(seen.inputs).map(({ requests }) => requests.map(rowOf));
  return { id, first, later };
};

const check = async (state: State, { id, first, later }: Awaited<ReturnType<typeof endFirst>>): Promise<void> => {
  expect(first).toEqual(ALL);
  expect(later).toEqual(state.again.length === 0 ? [] : [state.again]);
  expect((await driven.client.job(id)).outcomes).toEqual(state.outcomes);
  const rows = await deliveredRows(driven.client, id, 'out.jsonl', folder.path);
  expect(rows).toHaveLength(state.outcomes.ok ?? 0);
  for (const { word, answer } of rows) expect(answer).toBe(`<Say ${String(word)}>`);
  const rejects = await deliveredRows(driven.client, id, 'rejects.jsonl', folder.path);
  expect(rows.length + rejects.length).toBe(ROWS.length);
};

describe.each(Object.entries(STATES))(
  'R12 of a batch that is %s finished rows are kept, only the rest is asked again, and the sums hold',
  (_name, state) => {
    test.each(Object.entries(SHAPES))('with %s', async (_shape, filesOf) => {
      await check(state, await endFirst(state, filesOf));
    });
  },
);

describe.each(NO_FILES)('R12 of a batch whose files are %s no row is lost, and it is', (_name, files) => {
  const without = Object.entries(STATES).map(([name, state]): [string, State] => {
    const isFinal = state.status === 'cancelled';
    const validation = name.includes('bad lines');
    const again = isFinal ? [] : validation ? state.again : ALL;
    const outcomes: OutcomeCounts = isFinal ? { cancelled: 6 } : validation ? state.outcomes : { ok: 6 };
    return [name, { ...state, answered: [], again, outcomes }];
  });
  test.each(without)('%s', async (_state, state) => {
    await check(state, await endFirst(state, () => files));
  });
});
