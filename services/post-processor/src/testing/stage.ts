import type {
  ClosedRecord,
  EndedRecord,
  GenerateStage,
  OutcomesRecord,
  PlanRecord,
  RejectedRow,
  Round,
  Row,
} from '@batchmill/contracts';
import { formatCustomId } from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import type { TestFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import {
  batch,
  chunk,
  closedRecord,
  ended,
  file,
  generateStage,
  intent,
  partPlan,
  pipeline,
  shardRef,
  temporaryLedger,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { accountAttempt } from '../account-attempt.ts';

export const attemptRef = (attempt = 1) => ({ ...shardRef, stage: '001', attempt });
export const partRef = (part = 0, attempt = 1) => ({ ...attemptRef(attempt), part });

export type Stage = TemporaryLedger & {
  flow: TestFlow;
  rows: Row[];
  customId(row: string, attempt?: number): string;
  /** Plans an attempt in parts of these rows. */
  plan(parts: string[][], attempt?: number, extra?: Partial<PlanRecord>): Promise<void>;
  /** Plans attempt 1 as a live part of all rows, for a model with a price, with a checkpoint of these lines and no results. */
  checkpointLive(output: string[]): Promise<void>;
  /** The same, with these results. */
  answerLive(files: { output?: string[]; errors?: string[] }): Promise<void>;
  /** The one submission of a part has ended so, with these files. */
  end(files: { output?: string[]; errors?: string[] }, options?: EndOptions): Promise<void>;
  account(attempt?: number): Promise<void>;
  outcomes(attempt?: number): Promise<OutcomesRecord | null>;
  closed(): Promise<ClosedRecord | null>;
  /** Row id → outcome, of all rows of the closed stage. */
  fates(): Promise<Record<string, string>>;
  rejects(): Promise<RejectedRow[]>;
};

export type EndOptions = { part?: number; attempt?: number; end?: EndedRecord };

export const answerLine = (customId: string, content: string, finish = 'stop'): string =>
  JSON.stringify({
    id: 'r',
    custom_id: customId,
    response: {
      status_code: 200,
      request_id: 'r',
      body: {
        choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: finish }],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      },
    },
    error: null,
  });

export const refusedLine = (customId: string): string =>
  JSON.stringify({
    custom_id: customId,
    response: {
      status_code: 200,
      body: { choices: [{ message: { content: null, refusal: 'no' }, finish_reason: 'stop' }], usage: {} },
    },
    error: null,
  });

export const statusLine = (customId: string, status: number, code: string): string =>
  JSON.stringify({
    custom_id: customId,
    response: { status_code: status, body: { error: { code, message: code } } },
    error: null,
  });

export const errorLine = (customId: string, code: string): string =>
  JSON.stringify({ custom_id: customId, response: null, error: { code, message: code } });

/** A shard of `count` rows with the ids 0, 1, … in one generate stage, ready to be accounted. */
export const openStage = async (
  count: number,
  generate: Partial<GenerateStage['generate']> = {},
  removeWhen?: string,
  round?: Round,
): Promise<Stage> => {
  const folder = await temporaryLedger();
  const { ledger } = folder;
  const first = generateStage('001');
  const stage = {
    ...first,
    generate: { ...first.generate, ...generate },
    ...(removeWhen === undefined ? {} : { removeWhen }),
    ...(round === undefined ? {} : { round }),
  };
  await folder.addJob(pipeline({ stages: [stage] }));
  const flow = testFlow(ledger);
  const rows = Array.from({ length: count }, (_, i): Row => {
    const id = i.toString(36);
    return { id, key: `key-${id}`, home: 0, line: i + 1, fields: { n: i } };
  });
  await ledger.write(keys.closed(shardRef, '000'), {
    ...closedRecord(count),
    rows: await ledger.writeLines(shardRef, '000-rows', rows),
  });
  const customId = (row: string, attempt = 1): string =>
    formatCustomId({ job: shardRef.job, stage: '001', shard: 0, row, attempt });
  const planLive = async (): Promise<void> => {
    const lines = rows.map(({ id }) => ({ custom_id: customId(id), method: 'POST', url: '', body: {} }));
    const requests = await ledger.writeLines(shardRef, 'requests', lines);
    const plan = { ...partPlan(), mode: 'live' as const, model: 'gpt-4o-mini', requests };
    await ledger.write(keys.plan(attemptRef()), { rows: count, asked: count, parts: [plan] });
  };
  const closed = () => ledger.read(keys.closed(shardRef, '001'));
  const rejects = async () => Array.fromAsync(ledger.readLines<RejectedRow>((await closed())?.rejects ?? null));
  return {
    ...folder,
    flow,
    rows,
    customId,
    async plan(parts, attempt = 1, extra = {}) {
      const plans = [];
      for (const ids of parts) {
        const lines = ids.map((row) => ({ custom_id: customId(row, attempt), method: 'POST', url: '', body: {} }));
        plans.push({ ...partPlan(), requests: await ledger.writeLines(shardRef, 'requests', lines) });
      }
      await ledger.write(keys.plan(attemptRef(attempt)), {
        rows: count,
        asked: parts.flat().length,
        parts: plans,
        ...extra,
      });
    },
    async checkpointLive(output) {
      await planLive();
      await ledger.write(
        keys.chunk(partRef(), 1),
        chunk({ output: await ledger.writeLines(shardRef, 'output', output) }),
      );
    },
    async answerLive({ output, errors }) {
      await planLive();
      await ledger.write(keys.results(partRef()), {
        submission: 1,
        output: output === undefined ? null : await ledger.writeLines(shardRef, 'output', output),
        errors: errors === undefined ? null : await ledger.writeLines(shardRef, 'errors', errors),
        live: { retried: { timeout: 2 }, repeated: 1 },
      });
    },
    async end({ output, errors }, { part = 0, attempt = 1, end = ended('completed') } = {}) {
      const ref = { ...partRef(part, attempt), submission: 1 };
      await ledger.write(keys.file(ref), file());
      await ledger.write(keys.intent(ref), intent);
      await ledger.write(keys.batch(ref), batch);
      await ledger.write(keys.ended(ref), end);
      await ledger.write(keys.results(ref), {
        submission: 1,
        output: output === undefined ? null : await ledger.writeLines(shardRef, 'output', output),
        errors: errors === undefined ? null : await ledger.writeLines(shardRef, 'errors', errors),
      });
    },
    async account(attempt = 1) {
      const events = { accounted: () => {} };
      await accountAttempt({ ledger, flow, events, now: () => folder.clock.nowMs })(attemptRef(attempt), firstTry());
    },
    outcomes: (attempt = 1) => ledger.read(keys.outcomes(attemptRef(attempt))),
    closed,
    rejects,
    async fates() {
      const record = await closed();
      const going = await Array.fromAsync(ledger.readLines<Row>(record?.rows ?? null));
      return Object.fromEntries([
        ...going.map(({ id }) => [id, 'ok']),
        ...(await rejects()).map(({ id, outcome }) => [id, outcome]),
      ]);
    },
  };
};
