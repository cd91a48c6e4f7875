import { totalRows } from '@batchmill/contracts';
import type { PartPlan } from '@batchmill/contracts';
import type { AttemptFacts, Ledger, PartFacts, ShardFacts } from '@batchmill/ledger';
import { checkOutcomes, openLedger } from '@batchmill/ledger';
import {
  base,
  blob,
  ended,
  partPlan,
  running,
  shardRef,
  stages,
  closedRecord,
  generateStage,
} from '@batchmill/ledger/testing';
import * as fc from 'fast-check';
import { formatCustomId } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { decideOutcomes } from './decide-outcomes.ts';
import { answerLine, attemptRef, errorLine, refusedLine, statusLine } from './testing/stage.ts';
import { writeOutcomes } from './write-outcomes.ts';

/** A store in memory, for thousands of cases a second. */
const memoryLedger = (): Ledger & { put(key: string, lines: string[]): PartPlan['requests'] } => {
  const blobs = new Map<string, string>();
  const read = async function* read(key: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(blobs.get(key) ?? '');
  };
  const put = (key: string, lines: string[]) => {
    blobs.set(key, lines.map((line) => `${line}\n`).join(''));
    return { ...blob(lines.length), key };
  };
  const putBlob = async (key: string, body: AsyncIterable<Uint8Array>) => {
    blobs.set(key, Buffer.concat(await Array.fromAsync(body)).toString());
    return { key, bytes: 0, sha256: '0'.repeat(64) };
  };
  const store = { read, putBlob } as unknown as Ledger['store'];
  return { ...openLedger({ store }), put };
};

const ROWS = 6;
const ids = Array.from({ length: ROWS }, (_, i) => i.toString(36));
const customId = (row: string): string =>
  formatCustomId({ job: shardRef.job, stage: '001', shard: 0, row, attempt: 1 });

/** What a provider may do to the line of one row. */
const line = (row: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    answerLine(customId(row), `answer ${row}`),
    answerLine(customId(row), 'cut', 'length'),
    answerLine(customId(row), ''),
    refusedLine(customId(row)),
    statusLine(customId(row), 500, 'server_error'),
    statusLine(customId(row), 400, 'bad'),
    errorLine(customId(row), 'batch_expired'),
    answerLine(customId(row), `answer ${row}`).slice(0, 40),
    answerLine(`x${customId(row)}`, 'unknown'),
    '',
    '[]',
  );

/** Each row none, one or several times, somewhere, in one of the two files. */
const files = fc
  .tuple(
    ...ids.map((row) =>
      fc.array(fc.record({ text: line(row), place: fc.double({ min: 0, max: 1, noNaN: true }), error: fc.boolean() }), {
        maxLength: 3,
      }),
    ),
  )
  .map((rows) => rows.flat().toSorted((a, b) => a.place - b.place));

const end = fc.constantFrom(
  ended('completed'),
  ended('expired'),
  ended('cancelled'),
  ended('failed', { failure: 'other' }),
);

test(
  'R3 whatever the provider returns in 10,000 outputs, every row is decided once, the sums hold, and an answer is never asked again',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(files, end, fc.boolean(), async (returned, state, cancelled) => {
        const ledger = memoryLedger();
        const requests = ledger.put(
          'requests',
          ids.map((row) => `{"custom_id":"${customId(row)}"}`),
        );
        const rows = ledger.put(
          'rows',
          ids.map((id, i) => JSON.stringify({ id, key: id, home: 0, line: i, fields: {} })),
        );
        const output = ledger.put(
          'output',
          returned.filter(({ error }) => !error).map(({ text }) => text),
        );
        const errors = ledger.put(
          'errors',
          returned.filter(({ error }) => error).map(({ text }) => text),
        );
        const part: PartFacts = {
          part: 0,
          plan: { ...partPlan(), requests },
          submissions: [{ number: 1, ended: state }],
          results: { ...base, submission: 1, output, errors },
        };
        const attempt: AttemptFacts = {
          attempt: 1,
          plan: { ...base, rows: ROWS, asked: ROWS, parts: [part.plan] },
          parts: [part],
        };
        const stage = generateStage('001');
        const facts: ShardFacts = {
          ref: shardRef,
          stages,
          closed: [{ stage: '000', record: { ...closedRecord(ROWS), rows } }],
          current: { stage, attempts: [attempt] },
          shardClosed: false,
          quarantined: [],
        };
        const control = { ...running, cancelled };
        const decided = await decideOutcomes(ledger, { ref: attemptRef(), facts, attempt, stage, vars: {}, control });
        expect(decided.decisions.map(({ row }) => row)).toEqual(ids);
        const record = checkOutcomes(await writeOutcomes(ledger, attemptRef(), decided));
        expect(totalRows(record.counts) + record.again.rows).toBe(ROWS);
        const answered = new Set(returned.map(({ text }) => text));
        for (const { row, kind } of decided.decisions) {
          expect(kind === 'ok').toBe(answered.has(answerLine(customId(row), `answer ${row}`)));
          if (cancelled) expect(kind).not.toBe('again');
        }
        const used = decided.collected.answers.size;
        const { unknown, duplicate, unparsable } = record.lines;
        expect(used + unknown + duplicate + unparsable).toBe(returned.filter(({ text }) => text !== '').length);
        expect(record.strays?.lines ?? 0).toBe(unknown + duplicate + unparsable);
      }),
      { numRuns: 10_000 },
    );
  },
);
