import type { CompiledPipeline, Output } from '@batchmill/contracts';
import { fieldsMadeByStage, fieldsOf } from '@batchmill/templates';

/** The outputs that stand before a stage is answered: of all rows, and of fields that neither it nor a later stage makes. */
export const outputsReady = ({ stages, outputs }: CompiledPipeline, stage: string): Output[] => {
  const open = new Set(stages.filter(({ number }) => number >= stage).flatMap(fieldsMadeByStage));
  return outputs.filter((output) => {
    const used = fieldsOfOutput(output);
    return output.rows === 'all' && used !== null && used.every((field) => !open.has(field));
  });
};

/** null for every field there is. */
const fieldsOfOutput = ({ file, columns }: Output): string[] | null => {
  if (columns === undefined) return null;
  const cells = columns.flatMap((column) => [column, ...(column.list ?? [])]);
  const templates = [...cells.flatMap(({ template }) => template ?? []), ...(file === undefined ? [] : [file])];
  return [
    ...cells.flatMap(({ field }) => field ?? []),
    ...templates.map(fieldsOf).flatMap(({ needed, optional }) => [...needed, ...optional]),
  ];
};
