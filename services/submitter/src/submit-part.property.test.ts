import * as fc from 'fast-check';
import { REFUSAL_KINDS } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import type { PostFate } from './testing/fake-provider.ts';
import { openStage } from './testing/stage.ts';

const fate: fc.Arbitrary<PostFate> = fc.oneof(
  fc.constantFrom<PostFate>({ kind: 'accepted' }, { kind: 'arrived' }, { kind: 'lost' }, { kind: 'late' }),
  fc
    .constantFrom(...REFUSAL_KINDS.filter((kind) => kind !== 'bad-input' && kind !== 'other'))
    .map((kind): PostFate => ({ kind: 'refused', refusal: { kind, code: kind, message: kind } })),
);

test('R1 R2 whatever becomes of the POSTs, with several workers: one POST per claim, one paid batch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 5 }), fc.integer({ min: 1, max: 3 }), async (fates, workers) => {
      await using stage = await openStage();
      stage.provider.fates = fates;
      await stage.run({ workers, steps: 200 });
      stage.provider.deliver();
      expect(new Set(stage.provider.posts).size).toBe(stage.provider.posts.length);
      const paid = stage.provider.batches.filter(({ state }) => state === 'open');
      const fencedRefusals = fates.filter((one) => one.kind === 'refused' && one.refusal.kind === 'fenced').length;
      expect(paid).toHaveLength(fencedRefusals >= 3 ? 0 : 1);
    }),
    { numRuns: 40 },
  );
});
