import type { ChunkRecord, ResultsRecord } from '@batchmill/contracts';
import { formatCustomId } from '@batchmill/contracts';
import { roomForAll, testFlow } from '@batchmill/flow/testing';
import type { TestFlow, TestReservations } from '@batchmill/flow/testing';
import { attemptOf, keys } from '@batchmill/ledger';
import { closedRecord, generateStage, partPlan, pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { createOpenAiProvider, readResultLine } from '@batchmill/providers';
import type { ChatProvider } from '@batchmill/providers';
import type { HandlerOutcome } from '@batchmill/queue';
import { createAccountGates } from '../account-gates.ts';
import type { LiveSettings } from '../live-settings.ts';
import { runPart } from '../run-part.ts';

export const partRef = (part = 0) => ({ ...shardRef, stage: '001', attempt: 1, part });

const ENDPOINT = '/v1/chat/completions';

const usualSettings: LiveSettings = {
  concurrency: 8,
  requestTimeoutMs: 1000,
  retryMs: 5000,
  checkpointRows: 10,
  checkpointMs: 50,
  controlMs: 20,
  drainMs: 300,
};

export type Runner = {
  run(signal?: AbortSignal): Promise<HandlerOutcome>;
  /** What the job's owner is told, by place. */
  told: Map<string, string>;
};

export type Stage = TemporaryLedger & {
  flow: TestFlow;
  reservations: TestReservations;
  /** A process of its own: it shares the ledger, and nothing else. */
  openRunner(chat: ChatProvider, settings?: Partial<LiveSettings>): Runner;
  chunks(): Promise<ChunkRecord[]>;
  results(): Promise<ResultsRecord | null>;
  /** Row → what its line in the results says: an answer's text, or the code of an error. Throws where a row has two. */
  lines(): Promise<Map<string, string>>;
};

export const chatWith = (url: string): ChatProvider =>
  createOpenAiProvider({ name: 'openai', apiKey: 'sk-test-000000000000', baseUrl: url });

/** A shard of rows with these prompts, planned as one live part. */
export const openStage = async (prompts: string[]): Promise<Stage> => {
  const folder = await temporaryLedger();
  const { ledger } = folder;
  const stage = generateStage('001');
  await folder.addJob(pipeline({ stages: [{ ...stage, generate: { ...stage.generate, mode: 'live' } }] }));
  await ledger.write(keys.closed(shardRef, '000'), closedRecord(prompts.length));
  const customId = (row: number): string =>
    formatCustomId({ job: shardRef.job, stage: '001', shard: 0, row: row.toString(36), attempt: 1 });
  const requests = prompts.map((content, row) => ({
    custom_id: customId(row),
    method: 'POST',
    url: ENDPOINT,
    body: { model: 'm', messages: [{ role: 'user', content }] },
  }));
  const blob = await ledger.writeLines(shardRef, 'requests', requests);
  const plan = { ...partPlan(), mode: 'live' as const, requests: blob };
  await ledger.write(keys.plan(partRef()), { rows: prompts.length, asked: prompts.length, parts: [plan] });
  const flow = testFlow(ledger);
  const reservations = roomForAll();
  const results = () => ledger.read(keys.results(partRef()));
  return {
    ...folder,
    flow,
    reservations,
    results,
    openRunner(chat, changes = {}) {
      const told = new Map<string, string>();
      const tell = async (_job: string, place: string, reason: string): Promise<void> => void told.set(place, reason);
      const clock = { monotonicMs: () => performance.now(), random: Math.random };
      const settings = { ...usualSettings, ...changes };
      const handler = runPart({
        ledger,
        flow,
        reservations,
        providers: { chat: () => chat },
        attention: {
          raise: tell,
          trouble: tell,
          clear: async (_job, place) => void told.delete(place),
          of: async () => null,
        },
        gateOf: createAccountGates({ limit: settings.concurrency, ...clock }),
        settings,
        worker: 'w',
        events: { began: none, recorded: none, retried: none, ended: none, stored: none },
        ...clock,
      });
      const stay = new AbortController().signal;
      return { told, run: (signal = stay) => handler(partRef(), { signal, attempt: 1, crashes: 0 }) };
    },
    async chunks() {
      const { facts } = await flow.shard(shardRef);
      return attemptOf(facts, '001', 1)?.parts[0]?.chunks ?? [];
    },
    async lines() {
      const found = new Map<string, string>();
      const stored = await results();
      for (const blob of [stored?.output ?? null, stored?.errors ?? null]) {
        for await (const line of ledger.readLines<object>(blob)) {
          const read = readResultLine(line, ENDPOINT);
          const row = 'customId' in read ? read.customId : '';
          if (found.has(row)) throw new Error(`${row} has two lines`);
          found.set(row, read.kind === 'answer' ? read.text : read.kind === 'error' ? read.code : read.kind);
        }
      }
      return new Map(prompts.map((prompt, row) => [prompt, found.get(customId(row)) ?? 'no line']));
    },
  };
};

const none = (): void => {};
