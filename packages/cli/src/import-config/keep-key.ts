import type { Json } from '@batchmill/contracts';
import type { Finding, YamlFile } from '@batchmill/pipeline';

/** Shorter ones, such as "...", are no keys. */
const SHORTEST_KEY = 8;
const HIDDEN = '(hidden)';

type Texts = Json | undefined;

/** The keys of providers that stand in a configuration, under whatever name. */
export const keysIn = ({ value, secrets }: YamlFile): string[] => {
  const at = (path: readonly (string | number)[]): Texts => {
    let found: Texts = value;
    for (const part of path) found = (found as Record<string, Json> | null | undefined)?.[part];
    return found;
  };
  return [['api_key'], ...secrets]
    .map(at)
    .filter((key) => typeof key === 'string' && key.trim().length >= SHORTEST_KEY) as string[];
};

/** A text without them. */
export const hideKeys = (text: string, keys: readonly string[]): string =>
  keys.reduce((hidden, key) => hidden.replaceAll(key, HIDDEN).replaceAll(key.trim(), HIDDEN), text);

/** A key inside what would go to the pipeline, and so to the model. */
export const keyInTexts = (
  texts: readonly { path: readonly string[]; text: string }[],
  keys: readonly string[],
): Finding[] =>
  texts
    .filter(({ text }) => hideKeys(text, keys) !== text)
    .map(({ path }) => ({
      code: 'secret',
      message: 'a key of a provider stands in it',
      path,
      remedy: 'Take it out',
    }));
