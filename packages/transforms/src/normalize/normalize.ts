import { NORMALIZATION_FIELD } from '@batchmill/contracts';
import type { Fields, Json } from '@batchmill/contracts';
import { normalizedFields, normalizeOptionsSchema } from '@batchmill/pipeline';
import { compileTemplate, rowScope } from '@batchmill/templates';
import { inOption } from '../row-transform-error.ts';
import type { Transform, TransformContext } from '../transform.ts';
import { normalizeList } from './normalize-list.ts';

/** Lists of numbers made ready for a model: cleaned, limited, scaled. What was done to each stands in `normalization`. */
export const normalize = ({ options, vars, key }: TransformContext): Transform => {
  const settings = normalizeOptionsSchema.parse(options);
  const lists = normalizedFields(settings);
  const keyTemplate = key === undefined ? undefined : compileTemplate(key);
  return {
    apply: (row) => {
      const made = lists.map(({ from, to }) => {
        const list = Object.hasOwn(row.fields, from) ? row.fields[from] : undefined;
        return { to, ...normalizeList(from, list, settings) };
      });
      const reports = Object.fromEntries(made.map(({ to, report }) => [to, report]));
      const fields: Fields = {
        ...row.fields,
        ...Object.fromEntries(made.map(({ to, values }) => [to, values])),
        [NORMALIZATION_FIELD]: { ...earlier(row.fields[NORMALIZATION_FIELD]), ...reports },
      };
      const changed = { ...row, fields };
      if (keyTemplate === undefined) return [changed];
      return [{ ...changed, key: inOption('key', () => keyTemplate.render(rowScope(changed, vars))) }];
    },
  };
};

/** What a step before has reported. */
const earlier = (reports: Json | undefined): Fields =>
  typeof reports === 'object' && reports !== null && !Array.isArray(reports) ? reports : {};
