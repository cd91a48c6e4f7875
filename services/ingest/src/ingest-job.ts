import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, JobRecord, Problem, RunRef } from '@batchmill/contracts';
import { openJoins } from '@batchmill/dataset';
import type { SourceFile } from '@batchmill/dataset';
import { failedRun } from '@batchmill/flow';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { Events } from './events.ts';
import { indexAnswers } from './index-answers.ts';
import { indexGiven } from './index-given.ts';
import { preparedRows, surveyPrepared } from './prepared-rows.ts';
import { rowReader } from './read-rows.ts';
import type { ReadRows } from './read-rows.ts';
import { shardSize } from './shard-size.ts';
import { surveySource } from './survey-source.ts';
import type { Survey } from './survey-source.ts';
import { takeOverRows } from './take-over-rows.ts';
import { writeShards } from './write-shards.ts';

export type Dependencies = { ledger: Ledger; flow: Flow; maxRowBytes: number; events: Events };

/** Reads a job's whole input, refuses it or cuts it into shards, and records that it is done. */
export const ingestJob =
  ({ ledger, flow, maxRowBytes, events }: Dependencies): Handler<RunRef> =>
  async (ref) => {
    const facts = await ledger.runFacts(ref);
    if (facts === null) return done;
    if (facts.shards === null && facts.done === null) {
      try {
        const shards = ref.run === 1 ? await readSourceRows(ref, facts.job) : await retryRows(ref, facts.job);
        await indexAnswers(ledger, facts.job);
        await ledger.write(keys.shards(ref), shards);
        events.ingested(ref, shards.rows, shards.shards);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        await refuse(ref, error);
        events.refused(ref, error);
      }
    }
    await flow.advanceRun(ref);
    return done;

    async function readSourceRows(run: RunRef, job: JobRecord) {
      const { pipeline, inputs, byHand } = job;
      if (byHand?.rows !== undefined) {
        const readRows = preparedRows(ledger, byHand.rows);
        return cutIntoShards(run, job, readRows, await surveyPrepared(readRows));
      }
      const { source, vars } = pipeline;
      const pinned = inputs.map((input): SourceFile => ({
        name: input.name,
        bytes: input.bytes,
        open: (range) =>
          ledger.store.read(input.key, range ?? { expect: { bytes: input.bytes, sha256: input.sha256 } }),
      }));
      const files = source.paths.flatMap((path) => pinned.find(({ name }) => name === path) ?? []);
      using joins = await openJoins(source.joins ?? [], pinned, { vars });
      const readRows = rowReader(pipeline, { files, joins, maxRowBytes });
      return cutIntoShards(run, job, readRows, await surveySource(wholeOf(job), readRows));
    }

    async function cutIntoShards(run: RunRef, job: JobRecord, readRows: ReadRows, survey: Survey) {
      const { pipeline } = job;
      const size = shardSize(pipeline, survey.rows);
      const written = await writeShards({ ledger, ref: run, size }, readRows);
      const notes = [...[...written.unjoined].map(unjoinedNote), ...(await indexGiven(ledger, job, readRows))];
      return {
        shards: written.shards,
        rows: written.rows,
        sourceRows: survey.rows,
        rejectedRows: written.rejected,
        rejectsByReason: written.rejectsByReason,
        startAfter: [{ from: 0, stage: '000' }],
        ...(notes.length === 0 ? {} : { notes }),
      };
    }

    async function retryRows(run: RunRef, { pipeline }: JobRecord) {
      await flow.showEarlierRuns(run);
      const taken = await takeOverRows({ ledger, ref: run, pipeline, size: shardSize(pipeline, 0) });
      return { ...taken, sourceRows: taken.rows, rejectedRows: 0, rejectsByReason: {} };
    }

    async function refuse(run: RunRef, error: InputError): Promise<void> {
      const [first] = error.problems;
      await ledger.write(keys.runFailed(run), {
        code: first?.code ?? 'invalid-input',
        message: short(`the input cannot be used: ${first?.message ?? error.message}`),
        problems: error.problems.slice(0, PROBLEMS_KEPT).map(shortened),
      });
      await ledger.write(keys.done(run), failedRun);
    }
  };

/** Of a pipeline that is taken step by step, all of it: a mistake in a later step is found before the first is paid. */
const wholeOf = ({ pipeline, byHand }: JobRecord): CompiledPipeline =>
  byHand?.later === undefined
    ? pipeline
    : { ...pipeline, stages: [...pipeline.stages, ...byHand.later.stages], outputs: byHand.later.outputs };

const unjoinedNote = ([path, rows]: [string, number]): string =>
  `${path} does not know ${rows === 1 ? 'one row' : `${rows} rows`}: the fields joined from it are empty there`;

// all of them must fit into one record, whatever a user's keys and values are
const PROBLEMS_KEPT = 50;
const MAX_CHARACTERS = 400;

const shortened = (problem: Problem): Problem => {
  const { place } = problem;
  const texts = Object.entries(problem).map(([name, value]) => [
    name,
    typeof value === 'string' ? short(value) : value,
  ]);
  const shortPlace = Object.entries(place ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? short(value) : value,
  ]);
  return { ...Object.fromEntries(texts), ...(place === undefined ? {} : { place: Object.fromEntries(shortPlace) }) };
};

const short = (text: string): string => (text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)} …`);
