import type { Join, Source } from '@batchmill/contracts';
import { formatOf } from '../definition/file-formats.ts';
import type { JoinDefinition, SourceDefinition } from '../definition/source-definition.ts';
import { asTemplate } from './as-template.ts';

/** The file name tells the format where it is not said; the checks have made sure of it. */
export const compileSource = (source: SourceDefinition): Source => {
  const { path, wrap, info, join = [], derive = {}, ids, limit, from_key: fromKey } = source;
  const paths = [path].flat();
  const joins = [...(info === undefined ? [] : [joinOfInfo(info)]), ...[join].flat().map(compileJoin)];
  return {
    format: source.format ?? formatOf(paths[0] ?? '') ?? 'csv',
    paths,
    ...(wrap === undefined ? {} : { wrap }),
    ...(joins.length === 0 ? {} : { joins }),
    derive: Object.entries(derive).map(([field, template]) => ({ field, template })),
    ...(ids === undefined ? {} : { keys: [...new Set(ids.map(String))] }),
    ...(limit === undefined ? {} : { limit }),
    ...(fromKey === undefined ? {} : { fromKey: String(fromKey) }),
  };
};

/** What `M4-info.csv` says of a series, by the names of its columns (README of the M4-methods repository). */
const INFO_FIELDS = {
  category: 'category',
  horizon: 'Horizon',
  start_date: 'StartingDate',
  season_length: 'Frequency',
  season_name: 'SP',
};

const joinOfInfo = (path: string): Join => ({
  path,
  format: 'csv',
  key: 'M4id',
  on: asTemplate('series_id'),
  fields: INFO_FIELDS,
  missing: 'null',
});

const compileJoin = ({ path, format, key, on = key, fields, missing }: JoinDefinition): Join => ({
  path,
  format: format ?? formatOf(path) ?? 'csv',
  key,
  on: asTemplate(on),
  ...(fields === undefined ? {} : { fields: fieldMap(fields) }),
  // In YAML a bare `null` is nothing, and means the same here.
  missing: missing ?? 'null',
});

const fieldMap = (fields: string[] | Record<string, string>): Record<string, string> =>
  Array.isArray(fields) ? Object.fromEntries(fields.map((field) => [field, field])) : fields;
