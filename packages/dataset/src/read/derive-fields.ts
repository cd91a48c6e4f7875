import { InputError } from '@batchmill/contracts';
import type { Fields, Problem, ProblemPlace, Source } from '@batchmill/contracts';
import { compileTemplate, TemplateError } from '@batchmill/templates';
import type { Template } from '@batchmill/templates';

/** The fields with the derived ones, or why the row has none. */
export type Derived = { fields: Fields } | { problem: Problem };

/**
 * Adds the fields of `derive` in order; each sees the row's fields, those before it, `vars` and `_line`.
 * @throws InputError with every template that is none
 */
export const compileDerive = (
  derive: Source['derive'],
  vars: Fields,
): ((fields: Fields, place: ProblemPlace & { line: number }) => Derived) => {
  const templates = compileAll(derive);
  return (fields, place) => {
    if (templates.length === 0) return { fields };
    const scope: Fields = { ...fields, vars, _line: place.line };
    const derived = { ...fields };
    for (const { field, template } of templates) {
      try {
        derived[field] = template.value(scope);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        return { problem: deriveProblem(field, error, place) };
      }
      scope[field] = derived[field];
    }
    return { fields: derived };
  };
};

const compileAll = (derive: Source['derive']): { field: string; template: Template }[] => {
  const problems: Problem[] = [];
  const templates = derive.flatMap(({ field, template }) => {
    try {
      return [{ field, template: compileTemplate(template) }];
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push({ code: 'template', message: error.message, place: { path: `source.derive.${field}` } });
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return templates;
};

const deriveProblem = (field: string, error: TemplateError, place: ProblemPlace): Problem => ({
  code: error.code,
  message: `the field "${field}" cannot be derived: ${error.message}`,
  place: { ...place, path: `source.derive.${field}` },
  ...(error.code === 'unknown-field' || error.code === 'null-in-text'
    ? { remedy: 'Correct the row, or say what stands in for it: {{ field | default: "" }}' }
    : {}),
});
