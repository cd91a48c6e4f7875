import { integerBetween, pick } from '../../random.ts';
import type { Random } from '../../random.ts';
import { phrase, textAnswer } from '../text-answer.ts';
import { stringForPattern } from './string-for-pattern.ts';
import type { Keywords } from './resolve-schema.ts';
import type { Making } from './making.ts';

const MOST_CHARACTERS = 1_000_000;
const LONG_TEXT_NAMES =
  /answer|caption|text|description|summary|reason|explanation|rationale|content|paragraph|analysis/i;
const SHORT_NAMES =
  /^(name|title|label|topic|category|word|key|id|tag|tags|keywords?|entity|entities|subject|language)$/i;

export const stringFor = (schema: Keywords, name: string, making: Making): string => {
  const { random, material } = making;
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY;
  if (least > MOST_CHARACTERS) throw new RangeError(`${least} characters are too many`);
  if (typeof schema.pattern === 'string') {
    const made = stringForPattern(schema.pattern, random, least, most);
    if (made !== null) return made;
  }
  const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  if (format !== undefined) return format(random, making);
  if (LONG_TEXT_NAMES.test(name)) return fit(textAnswer(random, material), least, most, making);
  if (SHORT_NAMES.test(name)) return fit(pick(random, material.words), least, most, making);
  return fit(phrase(random, material), least, most, making);
};

/** Longer by more of the request's words, shorter by cutting; lengths in code points, as JSON Schema counts them. */
const fit = (text: string, least: number, most: number, making: Making): string => {
  const characters = Array.from(text);
  while (characters.length < least) characters.push(' ', ...Array.from(pick(making.random, making.material.words)));
  if (characters.length <= most) return characters.join('');
  const cut = characters.slice(0, most);
  // A blank at the end would be lost in many places; a letter keeps the length.
  if (cut.at(-1) === ' ') cut[cut.length - 1] = 's';
  return cut.join('');
};

const two = (value: number): string => String(value).padStart(2, '0');
const dateOf = (random: Random): string =>
  `${integerBetween(random, 1990, 2025)}-${two(integerBetween(random, 1, 12))}-${two(integerBetween(random, 1, 28))}`;
const timeOf = (random: Random): string =>
  `${two(integerBetween(random, 0, 23))}:${two(integerBetween(random, 0, 59))}:${two(integerBetween(random, 0, 59))}Z`;
const hexOf = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => integerBetween(random, 0, 15).toString(16)).join('');
const plainWord = (random: Random, making: Making): string =>
  pick(random, making.material.words)
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase() || 'word';

const FORMATS: Record<string, (random: Random, making: Making) => string> = {
  date: dateOf,
  time: timeOf,
  'date-time': (random) => `${dateOf(random)}T${timeOf(random)}`,
  duration: (random) => `PT${integerBetween(random, 1, 59)}M`,
  email: (random, making) => `${plainWord(random, making)}@example.org`,
  hostname: (random, making) => `${plainWord(random, making)}.example.org`,
  uri: (random, making) => `https://example.org/${plainWord(random, making)}`,
  ipv4: (random) => `192.0.2.${integerBetween(random, 1, 254)}`,
  ipv6: (random) => `2001:db8::${integerBetween(random, 1, 9_999)}`,
  uuid: (random) =>
    `${hexOf(random, 8)}-${hexOf(random, 4)}-4${hexOf(random, 3)}-8${hexOf(random, 3)}-${hexOf(random, 12)}`,
};
