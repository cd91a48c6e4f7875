import { Liquid } from 'liquidjs';
import { operators } from './operators.ts';
import { ownFilters, REMOVED_FILTERS } from './own-filters.ts';
import { StrictAssign } from './strict-assign.ts';
import { textOf } from './text-values.ts';

/** Tags that read files, and those that change the scope they are given. */
const REMOVED_TAGS = ['render', 'include', 'layout', 'block', 'increment', 'decrement'] as const;

/** Bounds what a hostile template can cost: characters and list elements it makes, and its time. */
const MEMORY_LIMIT = 100_000_000;
const RENDER_LIMIT_MS = 10_000;

const createEngine = (): Liquid => {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    // No file system: were a tag that reads files left, it would look here.
    templates: {},
    // Text does not depend on where it is made.
    timezoneOffset: 0,
    locale: 'en-US',
    memoryLimit: MEMORY_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
    // Parentheses in conditions: `(a or b) and c`.
    groupedExpressions: true,
    outputEscape: textOf,
    operators,
  });
  for (const tag of REMOVED_TAGS) delete liquid.tags[tag];
  for (const filter of REMOVED_FILTERS) liquid.unregisterFilter(filter);
  for (const [name, filter] of Object.entries(ownFilters)) liquid.registerFilter(name, filter);
  liquid.registerTag('assign', StrictAssign);
  return liquid;
};

/** Reads and renders; keeps nothing between two templates. */
export const engine = createEngine();

/** Every filter a template may use. */
export const filterNames = (): string[] => Object.keys(engine.filters).sort();
