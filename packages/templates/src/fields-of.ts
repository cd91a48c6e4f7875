import { RESERVED_FIELDS } from '@batchmill/contracts';
import { analyzeSync, CaseTag, ForTag, IfTag, TablerowTag, toValueSync, UnlessTag, Value } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { parseCondition, parseTemplate } from './parse.ts';

/**
 * The fields (top-level names) a source uses, each in one list, in order of appearance. `needed`: rendering fails for
 * a row without it. `optional`: it stands under `| default`, in a test, or in a branch or loop that may not be reached.
 * Loop variables, assigned names, `vars` and `_key _line _n _parent` are left out.
 */
export type FieldsUsed = { needed: string[]; optional: string[] };

export const fieldsOf = (source: string): FieldsUsed => {
  const found = new Findings();
  visit(parseTemplate(source), { certain: true, locals: new Set() }, found);
  return found.result();
};

/** In a condition a missing field is null, so that all are optional. */
export const fieldsOfCondition = (source: string): FieldsUsed => {
  const found = new Findings();
  found.add(namesIn(parseCondition(source)), false);
  return found.result();
};

/** Several lists as one: what is needed anywhere is needed. */
export const mergeFieldsUsed = (parts: readonly FieldsUsed[]): FieldsUsed => {
  const found = new Findings();
  for (const part of parts) {
    found.add(part.needed, true);
    found.add(part.optional, false);
  }
  return found.result();
};

class Findings {
  readonly #needed = new Map<string, boolean>();

  add(names: Iterable<string>, needed: boolean): void {
    for (const name of names) {
      if (!NOT_FIELDS.has(name)) this.#needed.set(name, needed || (this.#needed.get(name) ?? false));
    }
  }

  result(): FieldsUsed {
    const all = [...this.#needed];
    return {
      needed: all.filter(([, needed]) => needed).map(([name]) => name),
      optional: all.filter(([, needed]) => !needed).map(([name]) => name),
    };
  }
}

const NOT_FIELDS: ReadonlySet<string> = new Set(['vars', ...RESERVED_FIELDS]);

type Argument =
  NonNullable<ReturnType<NonNullable<LiquidTemplate['arguments']>>> extends Iterable<infer One> ? One : never;
type Around = { certain: boolean; locals: Set<string> };

const visit = (templates: readonly LiquidTemplate[], around: Around, found: Findings): void => {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) addArgument(template, argument, around, found);
    for (const local of template.localScope?.() ?? []) around.locals.add(local.content);
    const children = template.children === undefined ? [] : toValueSync(template.children(false, true));
    const block = template.blockScope?.();
    const locals = block === undefined ? around.locals : new Set([...around.locals, ...block]);
    visit(children, { certain: around.certain && !mayBeLeftOut(template), locals }, found);
  }
};

const addArgument = (template: LiquidTemplate, argument: Argument, around: Around, found: Findings): void => {
  const add = (names: string[], needed: boolean) =>
    found.add(
      names.filter((name) => !around.locals.has(name)),
      needed && around.certain,
    );
  if (!(argument instanceof Value)) return add(namesIn(argument), !isTest(template));
  const lenient = isTest(template) || argument.filters[0]?.name === 'default';
  const inFilters = argument.filters.flatMap((filter) => filter.args).map((arg) => (Array.isArray(arg) ? arg[1] : arg));
  const strict = inFilters.flatMap((arg) => (arg === undefined ? [] : namesIn(arg)));
  add(strict, true);
  add(namesIn(argument), !lenient);
};

const isTest = (template: LiquidTemplate): boolean =>
  template instanceof IfTag || template instanceof UnlessTag || template instanceof CaseTag;

const mayBeLeftOut = (template: LiquidTemplate): boolean =>
  isTest(template) || template instanceof ForTag || template instanceof TablerowTag;

/** Top-level names in one argument, by LiquidJS's own analysis of a template that has only this argument. */
const namesIn = (argument: Argument): string[] => {
  const carrier = { arguments: () => [argument], token: undefined, render: () => undefined };
  const { variables } = analyzeSync([carrier as unknown as LiquidTemplate], { partials: false });
  return Object.values(variables).flatMap((uses) => {
    const name = uses[0]?.segments[0];
    return typeof name === 'string' ? [name] : [];
  });
};
