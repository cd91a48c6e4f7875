import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { childrenOf } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

/** Keys of providers, by a name or a text that looks like one. What stands there is never repeated. */
export const checkSecrets = (value: Json, path: Path = []): Finding[] => {
  if (typeof value === 'string' && new RegExp(SECRET).test(value)) return [secretAt(path)];
  return childrenOf(value).flatMap(([key, child]) => {
    const at = [...path, key];
    const isNamed = typeof key === 'string' && SECRET_NAME.test(key) && (typeof child === 'string' || child === null);
    return isNamed || new RegExp(SECRET).test(String(key)) ? [secretAt(at)] : checkSecrets(child, at);
  });
};

/** A text in which nothing that looks like a key can be read. */
export const withoutSecrets = (text: string): string => text.replaceAll(SECRET, '(hidden)');

const SECRET = /(?<![A-Za-z0-9])(?:sk|gsk|hf|xai)[-_](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{12,}/g;
const SECRET_NAME = /^(?:.*[-_])?(?:api[-_]?key|access[-_]?token|bearer[-_]?token|secret[-_]?key)$|^authorization$/i;

const secretAt = (path: Path): Finding => ({
  code: 'secret',
  message: 'looks like a key of a provider',
  path,
  part: 'key',
  remedy: 'No key of a provider ever stands in a pipeline; set the environment variable OPENAI_API_KEY',
});
