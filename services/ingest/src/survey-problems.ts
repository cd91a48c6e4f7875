import type { CompiledPipeline, Problem, Row } from '@batchmill/contracts';
import { didYouMean, outputFields } from '@batchmill/pipeline';
import type { Survey } from './survey-source.ts';

/** Fields that are needed → rows that lack them. */
export type Missing = Map<string, { rows: number; firstLine: number }>;

export const duplicateKey = (file: string, row: Row, first: string): Problem => ({
  code: 'duplicate-key',
  message: `the key stands on ${first} already`,
  place: { file, line: row.line, row: row.key },
  expected: 'a key that is unique over the input',
  remedy: 'Choose a `key` that tells the rows apart, or remove one of the two',
});

/** Above the share that may be unusable. `names` are those of all fields seen. */
export const tooManyInvalid = (
  pipeline: CompiledPipeline,
  survey: Survey,
  incomplete: number,
  missing: Missing,
  names: ReadonlySet<string>,
): Problem[] => {
  const share = `${Math.round(pipeline.maxInvalid * 1000) / 10} %`;
  const invalid = survey.rejected + incomplete;
  return [
    {
      code: 'too-many-invalid',
      message: `${invalid} of ${survey.rows} rows cannot be used; nothing was submitted`,
      expected: `at most ${share} (max_invalid)`,
      remedy: 'Correct the input or the field names, or raise `max_invalid`',
    },
    ...[...missing].map(([field, { rows, firstLine }]): Problem => ({
      code: 'missing-field',
      message: `field "${field}" is missing in ${rows} of ${survey.rows} rows, first on line ${firstLine}`,
      remedy: names.has(field)
        ? `Give the rows a "${field}", or use \`{{ ${field} | default: "" }}\` in the templates`
        : namesInstead(field, names),
    })),
  ];
};

/** A joined file that knows no row: the keys look different there. */
export const nothingJoined = (path: string): Problem => ({
  code: 'not-joined',
  message: `${path} knows none of the rows`,
  remedy: 'See that `on` of the join gives the texts that stand in its `key`, for example "W1" and not "series-W1"',
});

/** Fields of the source that a `repeat` would take for parts of a turn, and take away when the turn is over. */
export const takenByTurns = ({ stages }: CompiledPipeline, names: ReadonlySet<string>): Problem[] => {
  const owners = new Map(stages.flatMap(({ round }) => (round?.fields ?? []).map((field) => [field, round?.into])));
  return [...owners]
    .filter(([field]) => names.has(field))
    .map(([field, into]) => ({
      code: 'field-taken',
      message: `the rows have a field "${field}", and so has each turn of "${into}"`,
      remedy: `Give the step in the repeat another \`into\`, or the field of the rows another name`,
    }));
};

/** Columns and file names that would always be empty: told before anything is paid for. */
export const unknownInOutputs = (pipeline: CompiledPipeline, names: ReadonlySet<string>): Problem[] => {
  const { source, made } = outputFields(pipeline);
  return source
    .filter(({ field }) => !names.has(field))
    .map(({ field, path }) => ({
      code: 'unknown-field',
      message: `no row has a field "${field}", and no step makes it`,
      place: { path },
      remedy: namesInstead(field, new Set([...names, ...made])),
    }));
};

const SHOWN_NAMES = 12;

const namesInstead = (field: string, names: ReadonlySet<string>): string => {
  const shown = [...names].slice(0, SHOWN_NAMES).join(', ');
  const fields = `The fields are: ${shown}${names.size > SHOWN_NAMES ? ', …' : ''}`;
  return [didYouMean(field, names), fields].filter(Boolean).join(' ');
};
