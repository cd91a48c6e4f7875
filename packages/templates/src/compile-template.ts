import type { Fields, Json } from '@batchmill/contracts';
import { Context, Output, TokenKind, toValue, toValueSync } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { engine } from './engine.ts';
import { parseTemplate } from './parse.ts';
import { toTemplateError, ValueError } from './template-error.ts';

/** A template ready to be rendered for any number of rows. */
export type Template = {
  /** Text. Throws `TemplateError`. */
  render(scope: Fields): string;
  /** Where the source is exactly one `{{ … }}`, the value with its type (null included); else the text. */
  value(scope: Fields): Json;
};

/** Throws `TemplateError` with code `syntax`. What stands in the scope is data: it is never read as a template. */
export const compileTemplate = (source: string): Template => {
  const parsed = parseTemplate(source);
  const render = renderer(source, parsed);
  const isOneOutput = parsed.length === 1 && parsed[0] instanceof Output;
  return { render, value: isOneOutput ? typedValue(source) : render };
};

const renderer = (source: string, parsed: LiquidTemplate[]): ((scope: Fields) => string) => {
  if (!source.includes('{{') && !source.includes('{%')) return () => source;
  const parts = textsAndOutputs(parsed);
  return parts === null ? (scope) => renderAll(parsed, scope) : (scope) => renderParts(parts, scope);
};

const renderAll = (parsed: LiquidTemplate[], scope: Fields): string => {
  try {
    return engine.renderSync(parsed, scope) as string;
  } catch (error) {
    throw toTemplateError(error, 'render');
  }
};

/** Most templates have no tags; without the machinery for them rendering is several times faster. */
const textsAndOutputs = (parsed: LiquidTemplate[]): (string | Output)[] | null => {
  const parts: (string | Output)[] = [];
  for (const template of parsed) {
    if (template instanceof Output) parts.push(template);
    else if (template.token.kind === TokenKind.HTML) parts.push(renderAll([template], {}));
    else return null;
  }
  return parts;
};

const renderParts = (parts: readonly (string | Output)[], scope: Fields): string => {
  const context = contextOf(scope);
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : String(evaluate(part, context));
  return text;
};

const typedValue = (source: string): ((scope: Fields) => Json) => {
  const output = parseTemplate(source)[0] as Output;
  // The engine's last filter makes text and would lose the type.
  output.value.filters.pop();
  return (scope) => {
    const found = evaluate(output, contextOf(scope));
    if (typeof found === 'number' && !Number.isFinite(found)) {
      throw toTemplateError(new ValueError('render', 'gives no number'), 'render', output.token);
    }
    return (found ?? null) as Json;
  };
};

const contextOf = (scope: Fields): Context => new Context(scope, engine.options, { sync: true }, { liquid: engine });

const evaluate = (output: Output, context: Context): unknown => {
  try {
    return toValue(toValueSync(output.value.value(context, false) as Generator<unknown, unknown>));
  } catch (error) {
    throw toTemplateError(error, 'render', output.token);
  }
};
