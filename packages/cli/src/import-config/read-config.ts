import type { Json } from '@batchmill/contracts';
import { checkFieldName, describe, didYouMean, nearest } from '@batchmill/pipeline';
import type { Finding, Path, YamlFile } from '@batchmill/pipeline';
import { asksQuestions } from './old-config.ts';
import type { OldConfig, OldStep } from './old-config.ts';

type JsonMap = { [key: string]: Json };

export type ReadConfig = {
  config: OldConfig;
  mistakes: Finding[];
  notes: Finding[];
  /** Names of all steps, also of those that are not wanted. */
  names: string[];
};

const STEP_KEYS = ['system', 'user', 'is_multimodal', 'response_key'];
const OWN_KEYS = ['model', 'api_key'];

/**
 * What stands in an old configuration.
 * @param wanted names of steps, in order; the others are not looked at
 */
export const readConfig = (file: YamlFile, wanted: readonly string[] | undefined): ReadConfig => {
  const { value } = file;
  const nothing = { config: { model: '', steps: [] }, notes: [], names: [] };
  if (!isMap(value)) return { ...nothing, mistakes: value === undefined ? [] : [noConfig(describe(value))] };
  if (Array.isArray(value['steps']) && value['source'] !== undefined)
    return {
      ...nothing,
      mistakes: [{ ...noConfig('a pipeline'), remedy: 'It needs no import: `batchmill preview FILE`' }],
    };

  const entries = Object.entries(value).filter(([key]) => !OWN_KEYS.includes(key));
  const isKey = (name: string): boolean => file.secrets.some(([first, ...rest]) => first === name && rest.length === 0);
  const names = entries.flatMap(([key, step]) => (isMap(step) || (step === null && !isKey(key)) ? [key] : []));
  const chosen = wanted ?? names;
  const read = chosen.filter((name) => names.includes(name)).map((name) => readStep(name, value[name] ?? null, file));
  const secret = chosen.filter(isKey).map((name) => keyAsName(name));
  const others = entries.filter(([key]) => !names.includes(key)).map(([key]) => keyBesideSteps(key, file));
  return {
    config: {
      model: textIn(value, 'model') ?? '',
      steps: read.flatMap(({ step }) => (step === undefined ? [] : [step])),
    },
    mistakes: [
      ...checkModel(value['model']),
      ...unknownSteps(chosen, names),
      ...secret,
      ...read.flatMap(({ mistakes }) => mistakes),
      ...others.flatMap(({ mistake }) => mistake ?? []),
    ],
    notes: [
      ...(value['api_key'] === undefined ? [] : [keyNote(['api_key'])]),
      ...read.flatMap(({ notes }) => notes),
      ...others.flatMap(({ note }) => note ?? []),
    ],
    names,
  };
};

const EXPECTED = 'a map with "model", and a map with "system" and "user" for each step';

const noConfig = (found: string): Finding => ({
  code: 'no-config',
  message: 'this is no configuration of the old scripts',
  path: [],
  found,
  expected: EXPECTED,
});

const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (map: JsonMap, key: string): string | undefined => {
  const value = map[key];
  return typeof value === 'string' ? value : undefined;
};

const checkModel = (model: Json | undefined): Finding[] => {
  if (typeof model === 'string' && model.trim() !== '') return [];
  const expected = 'the name of a model, such as gpt-4o-mini';
  if (model === undefined)
    return [{ code: 'missing', message: 'is missing', path: ['model'], lacks: [['model']], expected }];
  return [{ code: 'wrong-value', message: 'cannot be used', path: ['model'], found: describe(model), expected }];
};

const unknownSteps = (chosen: readonly string[], names: readonly string[]): Finding[] => {
  if (names.length === 0) return [{ code: 'no-steps', message: 'there is no step', path: [], expected: EXPECTED }];
  return chosen
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: 'unknown-step',
      message: `there is no step "${name}"`,
      remedy: [didYouMean(name, names), `There are: ${names.join(', ')}`].filter(Boolean).join(' '),
    }));
};

/** The old scripts looked at nothing else: such a key is a mistyped one, or never had an effect. */
const keyBesideSteps = (key: string, file: YamlFile): { mistake?: Finding; note?: Finding } => {
  if (file.secrets.some(([first]) => first === key)) return { note: keyNote([key]) };
  const meant = nearest(key, OWN_KEYS);
  if (meant !== undefined) return { mistake: unknownKey([key], OWN_KEYS, meant) };
  return { note: ignored([key], 'A step is a map with "system" and "user"') };
};

const unknownKey = (path: Path, allowed: readonly string[], meant: string): Finding => ({
  code: 'unknown-key',
  message: 'unknown key',
  path,
  part: 'key',
  meant: [...path.slice(0, -1), meant],
  remedy: `Did you mean "${meant}"? Allowed here: ${allowed.join(', ')}`,
});

const ignored = (path: Path, remedy: string): Finding => ({
  code: 'ignored-key',
  message: 'the old scripts made no use of it, and it is left out',
  path,
  part: 'key',
  remedy,
});

const keyNote = (path: Path): Finding => ({
  code: 'api-key',
  message: 'the key is not copied: no key ever stands in a pipeline',
  path,
  part: 'key',
  remedy: 'Set the environment variable OPENAI_API_KEY to it, and take it out of this file',
});

const keyAsName = (name: string): Finding => ({
  code: 'secret',
  message: 'the name of this step looks like a key of a provider',
  path: [name],
  part: 'key',
  remedy: 'Give the step another name',
});

type ReadStep = { step?: OldStep; mistakes: Finding[]; notes: Finding[] };

const readStep = (name: string, value: Json, file: YamlFile): ReadStep => {
  if (!isMap(value)) return { mistakes: [missingText([name], 'system'), missingText([name], 'user')], notes: [] };
  const [mistakes, notes]: [Finding[], Finding[]] = [[], []];
  for (const key of ['system', 'user']) mistakes.push(...checkText(value[key], [name, key]));
  for (const key of Object.keys(value).filter((one) => !STEP_KEYS.includes(one))) {
    const meant = nearest(key, STEP_KEYS);
    if (file.secrets.some(([step, inStep]) => step === name && inStep === key)) notes.push(keyNote([name, key]));
    else if (meant === undefined)
      notes.push(ignored([name, key], 'Settings of the model stand in "params" of the pipeline'));
    else mistakes.push(unknownKey([name, key], STEP_KEYS, meant));
  }
  const isMultimodal = readBoolean(value['is_multimodal'], [name, 'is_multimodal'], file);
  if (typeof isMultimodal !== 'boolean') mistakes.push(isMultimodal);
  const { response_key: key } = value;
  const responseKey = typeof key === 'string' ? key : fieldNameOf(name);
  if (key === undefined) notes.push(noResponseKey(name, responseKey));
  else mistakes.push(...checkResponseKey(key, name));
  const step = {
    name,
    system: textIn(value, 'system') ?? '',
    user: textIn(value, 'user') ?? '',
    isMultimodal: isMultimodal === true,
    responseKey,
  };
  if (value['user'] === '' && !step.isMultimodal && !asksQuestions(step)) mistakes.push(asksNothing(name));
  return { step, mistakes, notes };
};

const missingText = (step: Path, key: string): Finding => ({
  code: 'missing',
  message: 'is missing',
  path: [...step, key],
  lacks: [[...step, key]],
  expected: 'text',
});

const checkText = (text: Json | undefined, path: Path): Finding[] => {
  if (typeof text === 'string') return [];
  if (text === undefined) return [missingText(path.slice(0, -1), String(path.at(-1)))];
  const remedy = isMap(text)
    ? 'A text that begins with "{" stands in quotes, or on lines of its own after "|"'
    : undefined;
  const finding: Finding = {
    code: 'wrong-value',
    message: 'cannot be used',
    path,
    found: describe(text),
    expected: 'text',
  };
  return [remedy === undefined ? finding : { ...finding, remedy }];
};

const asksNothing = (step: string): Finding => ({
  code: 'wrong-value',
  message: 'asks nothing',
  path: [step, 'user'],
  found: 'an empty text',
  expected: 'text',
});

const fieldNameOf = (step: string): string =>
  step.replaceAll(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^(?=[^\p{L}_])/u, '_') || '_';

const noResponseKey = (name: string, field: string): Finding => ({
  code: 'no-response-key',
  message: `there is no "response_key" (it could stand on the command line): the answer goes to the field "${field}"`,
  path: [name],
  part: 'key',
});

const checkResponseKey = (key: Json, step: string): Finding[] => {
  const path = [step, 'response_key'];
  if (typeof key === 'string') return checkFieldName(key, path, 'value');
  return [
    { code: 'wrong-value', message: 'cannot be used', path, found: describe(key), expected: 'the name of a field' },
  ];
};

/** The old reader took also these words for booleans, where they stand without quotes. */
const WORDS: Record<string, boolean> = { yes: true, on: true, no: false, off: false };

const readBoolean = (value: Json | undefined, path: Path, file: YamlFile): boolean | Finding => {
  if (value === undefined) return true;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? WORDS[value.toLowerCase()] : undefined;
  if (word !== undefined && !file.isQuoted(path)) return word;
  return {
    code: 'wrong-value',
    message: 'cannot be used',
    path,
    found: describe(value),
    expected: 'true or false, without quotes',
  };
};
