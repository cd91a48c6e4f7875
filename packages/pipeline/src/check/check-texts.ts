import type { Json } from '@batchmill/contracts';
import { checkCondition, checkTemplate, filterNames } from '@batchmill/templates';
import type { Finding } from '../problems/finding.ts';
import { didYouMean } from '../problems/nearest.ts';
import { textsOf } from '../values/json-values.ts';
import { hasTemplate, kindAt } from '../definition/what-stands-where.ts';

/** Mistakes of syntax in every template and condition of a pipeline. */
export const checkTexts = (document: Json): Finding[] =>
  [...textsOf(document)].flatMap(({ path, text }): Finding[] => {
    const kind = kindAt(path);
    if (kind === 'condition') {
      if (text.trim() === '')
        return [{ code: 'bad-condition', message: 'the condition is empty', path, remedy: 'Leave it out' }];
      return checkCondition(text).map(({ message, line, column }) => ({
        code: 'bad-condition',
        message: `the condition cannot be read: ${message}`,
        path,
        within: { line, column },
      }));
    }
    if (kind === 'literal' || !hasTemplate(text)) return [];
    return checkTemplate(text).map(({ message, line, column }) => ({
      code: 'bad-template',
      message: `the template cannot be read: ${message}`,
      path,
      within: { line, column },
      ...remedyFor(message),
    }));
  });

const remedyFor = (message: string): { remedy?: string } => {
  const filter = /^unknown filter "(.*)"$/.exec(message)?.[1];
  const remedy = filter === undefined ? undefined : didYouMean(filter, filterNames());
  return remedy === undefined ? {} : { remedy };
};
