import { batchEnded } from '@batchmill/contracts';
import type { PartRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, keys, nextOfPart } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ProviderRegistry } from '@batchmill/providers';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { CutDownloadError, downloadFile, FileNotFoundError } from './download-file.ts';
import type { Events } from './events.ts';

export type Dependencies = {
  ledger: Ledger;
  flow: Flow;
  providers: ProviderRegistry;
  events: Events;
  now: () => number;
};

/** Stores both files of a batch that has ended, and records them. Nothing is read into rows here. */
export const fetchResults =
  ({ ledger, flow, providers, events, now }: Dependencies): Handler<PartRef> =>
  async (ref, { attempt }) => {
    const { facts, control } = await flow.shard(ref);
    const part = attemptOf(facts, ref.stage, ref.attempt)?.parts[ref.part];
    const submission = part?.submissions.at(-1);
    // a message that comes late must not end a part that is being placed again
    const isWanted = part !== undefined && nextOfPart(part, control, now(), flow.settings).retrieve === true;
    if (isWanted && submission !== undefined) {
      const provider = providers.get(part.plan.provider);
      const fetch = async (fileId: string | null | undefined, name: 'output' | 'errors') => {
        if (fileId === null || fileId === undefined) return null;
        try {
          const blob = await downloadFile({ ledger, provider, ref }, fileId, name);
          // without its files all rows are asked, and paid, again: one 404 is not enough to believe it
          if (blob === null && attempt < batchEnded.attempts) throw new FileNotFoundError(fileId);
          if (blob === null) events.gone(ref, fileId);
          return blob;
        } catch (error) {
          if (error instanceof CutDownloadError) events.cut(ref, fileId, error.got, error.expected);
          throw error;
        }
      };
      const output = await fetch(submission.ended?.outputFileId, 'output');
      const errors = await fetch(submission.ended?.errorFileId, 'errors');
      await ledger.write(keys.results(ref), { submission: submission.number, output, errors });
      events.stored(ref, (output?.bytes ?? 0) + (errors?.bytes ?? 0));
    }
    await flow.advance(ref);
    return done;
  };
