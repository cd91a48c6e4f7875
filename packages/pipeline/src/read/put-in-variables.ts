import type { Json } from '@batchmill/contracts';
import { compileTemplate, fieldsOf, TemplateError } from '@batchmill/templates';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { isMap, replaceValues } from '../values/json-values.ts';
import { didYouMean } from '../problems/nearest.ts';
import { formatPath } from '../values/path.ts';
import type { Path } from '../values/path.ts';
import { hasTemplate, kindAt } from '../definition/what-stands-where.ts';

/** A document with its variables put in, and which text each value so made came from, by path as text. */
export type WithVariables = { value: Json; findings: Finding[]; madeFrom: Map<string, string> };

/**
 * Puts `vars` into every value of the pipeline that is a template over them alone. Prompts and other templates over a
 * row stay as they are. A text that is exactly one template keeps the variable's type.
 */
export const putInVariables = (document: Json): WithVariables => {
  const vars = isMap(document) && isMap(document['vars']) ? document['vars'] : {};
  const findings: Finding[] = [];
  const madeFrom = new Map<string, string>();
  const value = replaceValues(document, (text, path) => {
    const kind = kindAt(path);
    if (typeof text !== 'string') return undefined;
    if (kind === 'literal') return text;
    const unknown = unknownVariables(text, kind === 'condition', vars).map((name) => unknownVariable(name, path, vars));
    findings.push(...unknown);
    if (unknown.length > 0 || (kind !== 'value' && kind !== 'row-value') || !hasTemplate(text)) return text;
    const made = render(text, vars);
    if ('value' in made) madeFrom.set(formatPath(path), text);
    else if (kind === 'value' || made.problem !== 'uses-row') findings.push(...notMade(made.problem, path, text));
    return 'value' in made ? made.value : text;
  });
  return { value, findings, madeFrom };
};

type Made = { value: Json } | { problem: 'uses-row' | 'syntax' | { message: string } };

const render = (text: string, vars: { [name: string]: Json }): Made => {
  try {
    const template = compileTemplate(text);
    const { needed, optional } = fieldsOf(text);
    if (needed.length + optional.length > 0) return { problem: 'uses-row' };
    return { value: template.value({ vars }) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    if (error.code === 'syntax') return { problem: 'syntax' };
    // `_key` and its like are no fields of the row, but known only for a row.
    if (error.code === 'unknown-field' && !error.field?.startsWith('vars.')) return { problem: 'uses-row' };
    return { problem: { message: error.message } };
  }
};

const notMade = (problem: 'uses-row' | 'syntax' | { message: string }, path: Path, text: string): Finding[] => {
  // A mistake of syntax is found where all templates are checked.
  if (problem === 'syntax') return [];
  const found = JSON.stringify(text);
  if (problem !== 'uses-row') return [{ code: 'bad-template', message: problem.message, path, found }];
  const message = 'a template here may use only variables, because the value is the same for all rows';
  return [{ code: 'bad-template', message, path, found, expected: '"{{ vars.name }}" or a plain value' }];
};

const TAGS = /\{\{.*?\}\}|\{%.*?%\}/gs;
const VARIABLE = /(?<![\w.$"'-])vars\.([\p{L}_][\p{L}\p{N}_-]*)/gu;

const unknownVariables = (text: string, isCondition: boolean, vars: { [name: string]: Json }): string[] => {
  const code = isCondition ? text : [...text.matchAll(TAGS)].map(([tag]) => tag).join(' ');
  const names = new Set([...code.matchAll(VARIABLE)].map(([, name]) => name ?? ''));
  return [...names].filter((name) => !Object.hasOwn(vars, name));
};

const unknownVariable = (name: string, path: Path, vars: { [name: string]: Json }): Finding => {
  const known = Object.keys(vars);
  const hint = known.length === 0 ? 'This pipeline has no "vars"' : `Known variables: ${listed(known)}`;
  return {
    code: 'unknown-variable',
    message: `there is no variable "${name}"`,
    path,
    remedy: [didYouMean(name, known), hint].filter(Boolean).join(' '),
  };
};
