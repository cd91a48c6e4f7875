import type { CompiledPipeline, FieldTypes, Output } from '@batchmill/contracts';
import { mergeTypes } from '@batchmill/dataset';
import type { Ledger } from '@batchmill/ledger';
import { closedStages } from './final-rows.ts';
import type { RunShards } from './final-rows.ts';

/** Types of all fields over all closed shards, and a sentence for each field whose shards do not agree. */
export const mergedFieldTypes = async (
  ledger: Ledger,
  pipeline: CompiledPipeline,
  runs: RunShards[],
  rows: Output['rows'],
): Promise<{ types: FieldTypes; warnings: string[] }> => {
  let types: FieldTypes = {};
  const warnings = new Set<string>();
  for (const { ref, shards } of runs) {
    for (let shard = 0; shard < shards; shard += 1) {
      const closed = await closedStages(ledger, pipeline, { ...ref, shard });
      const wanted = rows === 'all' ? closed : closed.slice(-1);
      const merged = mergeTypes([
        { name: 'the shards before', types },
        ...wanted.map(({ fieldTypes }) => ({ name: `shard ${shard}`, types: fieldTypes })),
      ]);
      types = merged.types;
      // paid work is never held back for a type: the column becomes JSON text, and the report says so
      for (const { message, place } of merged.conflicts) {
        const field = place?.path ?? '';
        if (field !== '') types[field] = 'json';
        warnings.add(message);
      }
    }
  }
  return { types, warnings: [...warnings] };
};
