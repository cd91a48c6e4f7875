import { createHash } from 'node:crypto';
import { openLedger } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { shardRef } from '@batchmill/ledger/testing';
import type { BatchProvider } from '@batchmill/providers';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CutDownloadError, downloadFile } from './download-file.ts';

const ref = { ...shardRef, stage: '001', attempt: 1, part: 0 };

/** A store that only measures what it is given. */
const measuring = {
  putBlob: async (key: string, body: AsyncIterable<Uint8Array>) => {
    const bytes = Buffer.concat(await Array.fromAsync(body));
    return { key, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  },
} as unknown as Ledger['store'];

const lines = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 8 });

test(
  'R3 of 10,000 downloads cut at random line ends none that is incomplete is taken for the file',
  { timeout: 120_000 },
  async () => {
    const ledger = openLedger({ store: measuring });
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(), fc.nat(), fc.boolean(), async (texts, first, second, knowsSize) => {
        const cuts = [first % (texts.length + 1), second % (texts.length + 1)];
        // who gives no size and is cut twice at the same place cannot be found out
        fc.pre(knowsSize || cuts[0] !== cuts[1] || cuts[0] === texts.length);
        const whole = texts.map((text) => `${text}\n`).join('');
        let opened = 0;
        const provider = {
          fileInfo: async () => ({ bytes: knowsSize ? whole.length : null }),
          openFile: async () => {
            const kept = texts.slice(0, cuts[opened]);
            opened += 1;
            return (async function* chunks() {
              for (const text of kept) yield Buffer.from(`${text}\n`);
            })();
          },
        } as unknown as BatchProvider;
        const isWhole = cuts[0] === texts.length && (knowsSize || cuts[1] === texts.length);
        const download = downloadFile({ ledger, provider, ref }, 'file', 'output');
        if (isWhole) expect(await download).toMatchObject({ bytes: whole.length, lines: texts.length });
        else await expect(download).rejects.toThrow(CutDownloadError);
      }),
      { numRuns: 10_000 },
    );
  },
);
