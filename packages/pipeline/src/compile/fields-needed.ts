import type { CompiledPipeline } from '@batchmill/contracts';
import { fieldsMadeByStage, fieldsOfCondition, fieldsUsedByStage } from '@batchmill/templates';

/** A field that a stage needs and no step before it makes. */
export type SourceFieldNeeded = {
  field: string;
  /** Where it is needed, for example `steps[0].generate`. */
  path: string;
  /** Needed only in rows where this condition holds; it uses fields of the source alone. */
  when?: string;
};

export type FieldsNeeded = {
  /** To be counted over the whole input before anything is submitted. */
  source: SourceFieldNeeded[];
  /** Stage number → fields that earlier steps make, to be counted per shard. */
  byStage: Map<string, string[]>;
};

/**
 * The fields without which a row cannot be asked. Left out are those a template can do without (`default`, `if`), those
 * that `source.derive` makes, and those behind a `when` that only the steps before can decide.
 */
export const fieldsNeeded = (pipeline: CompiledPipeline): FieldsNeeded => {
  const derived = new Set(pipeline.source.derive.map(({ field }) => field));
  const made = new Set<string>();
  const source: SourceFieldNeeded[] = [];
  const byStage = new Map<string, string[]>();
  for (const [index, stage] of pipeline.stages.entries()) {
    const { when, ...always } = stage;
    const { needed } = fieldsUsedByStage(always);
    const isDecidable = when === undefined || fieldsOfCondition(when).optional.every((field) => !made.has(field));
    const path = `steps[${index}].${stage.kind}`;
    for (const field of needed.filter((field) => isDecidable && !made.has(field) && !derived.has(field))) {
      source.push(when === undefined ? { field, path } : { field, path, when });
    }
    byStage.set(
      stage.number,
      needed.filter((field) => made.has(field)),
    );
    for (const field of fieldsMadeByStage(stage)) made.add(field);
    // a turn that is over has taken its fields with it
    if (stage.round?.closes === true && stage.round.number === stage.round.times)
      for (const field of stage.round.fields) made.delete(field);
  }
  return { source, byStage };
};
