import type { CompiledPipeline, Row } from '@batchmill/contracts';
import { fieldsNeeded } from '@batchmill/pipeline';

/** Counts the rows of one shard that lack what the steps before should have made. */
export type IncompleteRows = {
  see(row: Row): void;
  /** Why the run should be paused; null where no more rows lack something than `max_invalid` allows. `others`: rows that lack nothing. */
  reason(shard: number, others: number): string | null;
};

/** For the rows that enter a stage and are asked there. What comes from the source was counted over the whole input before. */
export const incompleteRows = (pipeline: CompiledPipeline, stage: { number: string; step: string }): IncompleteRows => {
  const needed = fieldsNeeded(pipeline).byStage.get(stage.number) ?? [];
  const lacking = new Map<string, number>();
  let rows = 0;
  let incomplete = 0;
  return {
    see({ fields }) {
      rows += 1;
      const missing = needed.filter((field) => !Object.hasOwn(fields, field));
      if (missing.length > 0) incomplete += 1;
      for (const field of missing) lacking.set(field, (lacking.get(field) ?? 0) + 1);
    },
    reason(shard, others) {
      const all = rows + others;
      if (incomplete <= pipeline.maxInvalid * all) return null;
      const which = [...lacking].map(([field, count]) => `"${field}" in ${count}`).join(', ');
      const share = `${Math.round(pipeline.maxInvalid * 1000) / 10} %`;
      return (
        `step "${stage.step}": of ${all} rows of shard ${shard}, ${incomplete} lack a field that a step before should ` +
        `have made (${which}); max_invalid allows ${share}. Nothing was sent for them. ` +
        'Resume to go on without these rows, or cancel'
      );
    },
  };
};
