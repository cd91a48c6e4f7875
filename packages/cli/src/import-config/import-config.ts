import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { readPipeline, readYaml, writePipeline } from '@batchmill/pipeline';
import type { Finding, PipelineDefinition } from '@batchmill/pipeline';
import { buildSteps } from './build-steps.ts';
import { fieldsUsed } from './fields-used.ts';
import { hideKeys, keyInTexts, keysIn } from './keep-key.ts';
import { TURNS_FIELD, TURNS_FIELDS } from './old-config.ts';
import type { OldConfig, OldStep } from './old-config.ts';
import { isDialogue, planSteps } from './plan-steps.ts';
import { readConfig } from './read-config.ts';
import { generalChanges, orderNotes } from './tell-changes.ts';

export type ImportRequest = {
  /** The old configuration. */
  text: string;
  /** Its name, for messages. */
  file: string;
  /** Of the pipeline. */
  name: string;
  /** The rows, from the folder of the pipeline file. */
  input: string;
  /** The field that tells rows apart. */
  dataKey: string;
  /** Names of the steps that are wanted, in order; all of them in the order of the file if absent. */
  steps?: readonly string[] | undefined;
  /** Questions and answers in each dialogue. */
  rounds: number;
};

export type ImportedConfig = {
  /** The pipeline file. */
  text: string;
  model: string;
  /** Old names and new ids, in order. */
  steps: { name: string; id: string; into: string }[];
  /** What is not as it was, with its place in the old file where it has one. */
  changes: Problem[];
};

const MAX_REQUESTS = 1000;
const MAX_INVALID = '5%';

/**
 * A pipeline that makes the requests of an old configuration. No key of a provider comes into it.
 * @throws InputError with every mistake of the old file at once
 */
export const importConfig = (request: ImportRequest): ImportedConfig => {
  const { text, file, dataKey, rounds } = request;
  const yaml = readYaml(text, file);
  const keys = keysIn(yaml);
  const tell = (findings: readonly Finding[]): Problem[] => hidden(yaml.tell(findings), keys);
  const { config, mistakes, notes } = readConfig(yaml, request.steps);
  const plan = planSteps(config.steps);
  const turnsField = turnsFieldFor(config.steps);
  const built = buildSteps(plan, turnsField, rounds);
  const all = [
    ...yaml.findings.map(forConfig),
    ...mistakes,
    ...keyInTexts(textsOf(config), keys),
    ...built.mistakes,
    ...(LINE_BREAKS.test(text) ? [lineBreaks(text)] : []),
  ];
  if (all.length > 0) throw new InputError(tell(all));

  const definition = definitionOf(
    request,
    config.model,
    built.steps,
    plan.elements.some(isDialogue) ? turnsField : undefined,
  );
  const changes = [
    ...tell([...notes, ...plan.notes, ...built.notes, ...orderNotes(plan)]),
    ...generalChanges(plan, { dataKey, turnsField, output: `${request.name}/${outputName(request.input)}` }),
  ];
  const pipeline = writePipeline(definition, headOf(request), built.comments);
  readPipeline({ source: pipeline, file: `${request.name}.pipeline.yaml` });
  const steps = plan.elements.flatMap((element) =>
    isDialogue(element) ? [element.question, element.answer] : [element],
  );
  return {
    text: pipeline,
    model: config.model,
    steps: steps.map(({ old: { name }, id, into }) => ({ name, id, into })),
    changes,
  };
};

const hidden = (problems: readonly Problem[], keys: readonly string[]): Problem[] =>
  keys.length === 0 ? [...problems] : (JSON.parse(hideKeys(JSON.stringify(problems), keys)) as Problem[]);

/** The reader of YAML speaks of pipelines. */
const forConfig = (finding: Finding): Finding =>
  finding.code === 'empty-file' ? { ...finding, remedy: 'Give the configuration of the old scripts' } : finding;

const textsOf = ({ model, steps }: OldConfig): { path: string[]; text: string }[] => [
  { path: ['model'], text: model },
  ...steps.flatMap(({ name, system, user, responseKey }) => [
    { path: [name], text: name },
    { path: [name, 'system'], text: system },
    { path: [name, 'user'], text: user },
    { path: [name, 'response_key'], text: responseKey },
  ]),
];

/** The old reader took these for ends of lines, and ours does not. */
const LINE_BREAKS = /[\u0085\u2028\u2029]/;

const lineBreaks = (text: string): Finding => {
  const before = text.slice(0, LINE_BREAKS.exec(text)?.index ?? 0);
  return {
    code: 'line-break',
    message: 'a character stands here (U+0085, U+2028 or U+2029) that ended a line for the old reader',
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
    remedy: 'Write it as \\N, \\L or \\P in a text with double quotes, or take it out',
  };
};

/** A name that no prompt and no answer uses. */
const turnsFieldFor = (steps: readonly OldStep[]): string => {
  const used = new Set(steps.flatMap((step) => [...fieldsUsed(step), step.responseKey]));
  const [usual, other] = TURNS_FIELDS;
  return used.has(usual) ? other : usual;
};

const definitionOf = (
  { name, input, dataKey }: ImportRequest,
  model: string,
  steps: Record<string, unknown>[],
  turnsField: string | undefined,
): PipelineDefinition => {
  const turns = turnsField === undefined ? {} : { turns_as_map: { [turnsField]: TURNS_FIELD } };
  return {
    name,
    source: { format: 'json', path: input },
    key: dataKey,
    max_invalid: MAX_INVALID,
    defaults: { model, max_requests: MAX_REQUESTS },
    steps,
    output: { format: 'json', file: outputName(input), rows: 'all', ...turns },
  };
};

const outputName = (input: string): string => `${input.replace(/^.*\//, '').replace(/\.[^.]*$/, '') || 'rows'}.json`;

const headOf = ({ file }: ImportRequest): string[] => [
  `Made from ${file} by \`batchmill import-config\`, which says what is not as it was.`,
  'No key stands here: set OPENAI_API_KEY.',
  'See the exact requests and the cost: batchmill preview FILE',
];
