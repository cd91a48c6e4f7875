import type { CompiledPipeline } from '@batchmill/contracts';
import { RESERVED_FIELDS } from '@batchmill/contracts';
import { fieldsMadeByStage, fieldsOf } from '@batchmill/templates';

/** A field that an output names and that no step makes. */
export type OutputFieldNeeded = { field: string; path: string };

export type OutputFields = {
  /** One of the rows at least must have each of them, or its column is always empty. */
  source: OutputFieldNeeded[];
  /** The fields that `source.derive` and the steps make. */
  made: string[];
};

/** What the outputs name: plain fields, and fields without which a template of theirs cannot be rendered. */
export const outputFields = ({ source, stages, outputs }: CompiledPipeline): OutputFields => {
  const made = [...new Set([...source.derive.map(({ field }) => field), ...stages.flatMap(fieldsMadeByStage)])];
  const known = new Set<string>([...made, ...RESERVED_FIELDS, 'vars']);
  const needed = outputs.flatMap(({ file, columns = [], turnsAsMap = {} }, index) => {
    const path = outputs.length === 1 ? 'output' : `output[${index}]`;
    const ofColumns = columns.flatMap((column) => [column, ...(column.list ?? [])].flatMap(fieldsOfCell));
    const inMaps = new Set(Object.entries(turnsAsMap).flatMap(([turns, map]) => [map, `${turns}_history`]));
    const ofFile = file === undefined ? [] : fieldsOf(file).needed;
    return [
      ...Object.keys(turnsAsMap).map((field) => ({ field, path: `${path}.turns_as_map` })),
      ...ofColumns.filter((field) => !inMaps.has(field)).map((field) => ({ field, path: `${path}.columns` })),
      ...ofFile.map((field) => ({ field, path: `${path}.file` })),
    ];
  });
  const unique = new Map(needed.map((one) => [`${one.path} ${one.field}`, one]));
  return { source: [...unique.values()].filter(({ field }) => !known.has(field)), made };
};

const fieldsOfCell = ({ field, template }: { field?: string | undefined; template?: string | undefined }): string[] => [
  ...(field === undefined ? [] : [field]),
  ...(template === undefined ? [] : fieldsOf(template).needed),
];
