import { compileJson, compileTemplate, rowScope } from '@batchmill/templates';
import { inOption } from './row-transform-error.ts';
import type { Transform, TransformContext } from './transform.ts';

/** New fields from templates, in order; each sees those before it. Options: field → template. */
export const derive = ({ options, vars, key }: TransformContext): Transform => {
  const makers = Object.entries(options).map(([field, template]) => ({ field, make: compileJson(template) }));
  const keyTemplate = key === undefined ? undefined : compileTemplate(key);
  return {
    apply: (row) => {
      const fields = { ...row.fields };
      const scope = rowScope(row, vars);
      for (const { field, make } of makers) {
        const value = inOption(`derive.${field}`, () => make(scope));
        fields[field] = value;
        scope[field] = value;
      }
      const newKey = keyTemplate === undefined ? row.key : inOption('key', () => keyTemplate.render(scope));
      return [{ ...row, key: newKey, fields }];
    },
  };
};
