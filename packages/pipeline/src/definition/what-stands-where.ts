import type { Path } from '../values/path.ts';
import { asInStep } from './steps-of.ts';

/**
 * What a text at a place of the pipeline file is:
 * - `template`: rendered for each row, `vars` included
 * - `name`: a field, or a template rendered for each row
 * - `condition`: a bare expression, evaluated for each row
 * - `row-value`: a value; put in at once where it uses only `vars`, else rendered for each row
 * - `value`: a value of the pipeline; a template in it may use only `vars`
 * - `literal`: taken as it is
 */
export type Kind = 'template' | 'name' | 'condition' | 'row-value' | 'value' | 'literal';

export const hasTemplate = (text: string): boolean => text.includes('{{') || text.includes('{%');

export const kindAt = (path: Path): Kind => {
  const place = asInStep(path);
  return places.find(([pattern]) => matches(pattern, place))?.[1] ?? 'value';
};

const GENERATE = ['steps.*.generate', 'defaults'];
const IMAGE = GENERATE.flatMap((at) => [`${at}.image`, `${at}.messages.*.content.*.image`]);
const PLOT_TEXTS = ['title', 'x_label', 'y_label'];
const JOIN = ['source.join', 'source.join.*'];
const OUTPUT = ['output', 'output.*'];
const QA_TEXTS = ['pre_prompt', 'post_prompt', 'time_series_text'];

/** `*` is any one part of a path, `**` any rest. The first that fits counts. */
const places: [readonly string[], Kind][] = (
  [
    [['steps.*.generate.schema.$file', 'steps.*.transform.expand.*.$file'], 'value'],
    [['vars.**', ...GENERATE.map((at) => `${at}.schema.**`)], 'literal'],
    [['key', ...JOIN.map((at) => `${at}.on`)], 'name'],
    [OUTPUT.flatMap((at) => [`${at}.columns.*`, ...['series', 'answer', 'id'].map((of) => `${at}.qa.${of}`)]), 'name'],
    [OUTPUT.flatMap((at) => QA_TEXTS.map((text) => `${at}.qa.${text}`)), 'template'],
    [['steps.*.when', 'steps.*.remove_when', 'steps.*.generate.remove_when'], 'condition'],
    [['source.derive.*', 'steps.*.key', 'steps.*.transform.key', 'steps.*.transform.derive.*'], 'template'],
    [GENERATE.flatMap((at) => [`${at}.system`, `${at}.prompt`]), 'template'],
    [GENERATE.flatMap((at) => [`${at}.messages.*.content`, `${at}.messages.*.content.*.text`]), 'template'],
    [GENERATE.flatMap((at) => [`${at}.model`, `${at}.params.**`, `${at}.on_truncated.**`]), 'row-value'],
    [IMAGE.flatMap((at) => [`${at}.url`, `${at}.path`]), 'template'],
    [IMAGE.flatMap((at) => PLOT_TEXTS.map((text) => `${at}.plot.${text}`)), 'template'],
    [IMAGE.map((at) => `${at}.plot`), 'row-value'],
    [['steps.*.transform.expand.*', ...OUTPUT.map((at) => `${at}.file`)], 'row-value'],
    [['steps.*.transform.expand.**'], 'literal'],
  ] satisfies [string[], Kind][]
).flatMap(([patterns, kind]) => patterns.map((pattern): [string[], Kind] => [pattern.split('.'), kind]));

const matches = (pattern: readonly string[], path: Path): boolean => {
  if (pattern.at(-1) === '**') return path.length >= pattern.length - 1 && pattern.slice(0, -1).every(fits(path));
  return pattern.length === path.length && pattern.every(fits(path));
};

const fits =
  (path: Path) =>
  (part: string, index: number): boolean =>
    part === '*' ? index < path.length : part === path[index];
