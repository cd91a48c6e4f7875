import type {
  FailureLine,
  GenerateStage,
  PartPlan,
  PlanRecord,
  Row,
  Stage as PipelineStage,
} from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import type { TestFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import { closedRecord, generateStage, pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import type { PictureSources } from '@batchmill/picture-sources';
import type { BatchProvider, ProviderLimits } from '@batchmill/providers';
import { buildRequests } from '../build-requests.ts';

export const attemptRef = (attempt = 1) => ({ ...shardRef, stage: '001', attempt });

/** No file was sent along, and every link is fine. */
export const noPictures: PictureSources = {
  ofJob: async () => ({ open: async () => null }),
  linksOf: () => async () => null,
  close: async () => {},
};

type Line = { custom_id: string; method: string; url: string; body: Record<string, unknown> };

export type Stage = TemporaryLedger & {
  flow: TestFlow;
  limits: ProviderLimits;
  build(attempt?: number, shard?: number): Promise<void>;
  plan(attempt?: number): Promise<PlanRecord | null>;
  linesOf(part: PartPlan): Promise<Line[]>;
  /** Row ids of each part. */
  parts(attempt?: number): Promise<string[][]>;
  unaskable(attempt?: number): Promise<FailureLine[]>;
};

/** A shard whose rows have these fields, waiting for its requests. */
export const openStage = async (
  rows: Row['fields'][],
  {
    generate = {},
    when,
    earlier = [],
    pictures = noPictures,
  }: {
    generate?: Partial<GenerateStage['generate']>;
    when?: string;
    earlier?: PipelineStage[];
    pictures?: PictureSources;
  } = {},
): Promise<Stage> => {
  const folder = await temporaryLedger();
  const { ledger } = folder;
  const first = generateStage('001');
  const messages = [{ role: 'user' as const, content: '{{ text }}' }];
  const stage: GenerateStage = {
    ...first,
    generate: { ...first.generate, messages, ...generate },
    ...(when === undefined ? {} : { when }),
  };
  await folder.addJob(pipeline({ stages: [...earlier, stage] }));
  const entering = rows.map((fields, i): Row => ({ id: i.toString(36), key: `k${i}`, home: 3, line: i + 1, fields }));
  await ledger.write(keys.closed(shardRef, '000'), {
    ...closedRecord(rows.length),
    rows: await ledger.writeLines(shardRef, 'rows', entering),
  });
  const flow = testFlow(ledger);
  const limits: ProviderLimits = {
    maxRequests: 50_000,
    maxBytes: 2e8,
    enqueuedTokens: () => null,
    customIdPattern: /^[A-Za-z0-9_-]{1,64}$/,
    oneModelPerBatch: true,
  };
  const provider = { name: 'openai', limits } as BatchProvider;
  const providers = {
    names: ['openai'],
    get: () => provider,
    isConfigured: () => true,
    settings: () => flow.settings,
  };
  const plots = { render: () => Promise.reject(new Error('no plots here')), close: async () => {} } as never;
  const plan = (attempt = 1) => ledger.read(keys.plan(attemptRef(attempt)));
  const linesOf = (part: PartPlan) => Array.fromAsync(ledger.readLines<Line>(part.requests));
  return {
    ...folder,
    flow,
    limits,
    plan,
    linesOf,
    async build(attempt = 1, shard = 0) {
      const poison = { found: async () => new Set<string>(), mark: async () => {}, clear: async () => {} };
      const handler = buildRequests({
        ledger,
        flow,
        providers,
        plots,
        pictures,
        poison,
        events: { planned: () => {} },
      });
      await handler({ ...attemptRef(attempt), shard }, firstTry());
    },
    async parts(attempt = 1) {
      const parts = (await plan(attempt))?.parts ?? [];
      return Promise.all(
        parts.map(async (part) => (await linesOf(part)).map(({ custom_id: id }) => id.split('-')[3] ?? '')),
      );
    },
    unaskable: async (attempt = 1) =>
      Array.fromAsync(ledger.readLines<FailureLine>((await plan(attempt))?.unaskable ?? null)),
  };
};
