import type { SourceDescription } from '@batchmill/dataset';
import { fieldReference } from '@batchmill/pipeline';

export type NewPipeline = {
  name: string;
  /** Of the data, from the folder of the pipeline file. */
  path: string;
  description: SourceDescription;
};

const LONGEST_EXAMPLE = 60;

const SERIES_LINES = `  # info: M4-info.csv    # adds category, horizon, start_date, season_length, season_name
  # ids: [W1, W2]        # only these series
`;

/** A pipeline file for a dataset, with comments: it runs as it is, and is meant to be changed. */
export const pipelineText = ({ name, path, description }: NewPipeline): string => {
  const { format, fields, keyCandidates, rowsEstimate } = description;
  const [key] = keyCandidates;
  const content = contentLines(description, key);
  return `# Asks a model once about every row of ${path}, at batch prices.
# See the exact requests and the cost:  batchmill preview FILE
# Try it out for nothing:               batchmill run FILE --provider simulator

name: ${yamlText(name)}

# What a run may change:  batchmill run FILE --var model=gpt-4o
vars:
  model: gpt-4o-mini

# About ${rowsEstimate.toLocaleString('en-US')} rows. Fields:
${fields.map((field) => `#   ${field.name} (${field.type})${exampleOf(field.examples)}`).join('\n')}
source:
  format: ${format}
  path: ${yamlText(path)}
${format === 'm4' ? SERIES_LINES : ''}  # limit: 10            # only the first rows

${keyLines(key)}

steps:
  - id: answer
    generate:
      model: "{{ vars.model }}"
      params: { temperature: 0.5, max_tokens: 500 }
      # {{ field }} puts in what the row has there.
${content}
      into: answer       # the new field

output:
  - format: csv
    file: ${yamlText(`${name}-answers.csv`)}
    columns: { id: _key, answer: answer }
  # rejects.jsonl (rows without an answer, and why) and report.json are always written.
`;
};

const keyLines = (key: string | undefined): string =>
  key === undefined
    ? `# No field tells all rows apart, so the place in the file does. Better: a field, or a template of several.
key: "row-{{ _line }}"`
    : `# What tells rows apart: a field, or a template such as "{{ a }}-{{ b }}". No two rows may have the same.
key: ${yamlText(key)}`;

/** The question: about a plot where there is a series of numbers, else about the first fields with text. */
const contentLines = ({ fields }: SourceDescription, key: string | undefined): string => {
  const series = fields.find(({ name, type }) => name === 'series' || /^list<?(?:integer|double|number)/.test(type));
  if (series !== undefined)
    return `      messages:
        - role: user
          content:
            - text: "Describe this time series of {{ ${fieldReference(series.name)} | size }} points."
            # Drawn from the numbers. More: { field: …, title: "{{ … }}", x_label: …, y_label: …, width: …, height: … }
            - image: { plot: ${yamlText(series.name)}, detail: high }`;
  const asked = fields.filter(({ name }) => name !== key).slice(0, 3);
  const lines = (asked.length > 0 ? asked : fields).map(
    ({ name, type }) => `        ${name}: {{ ${fieldReference(name)}${isPlain(type) ? '' : ' | json'} }}`,
  );
  return `      prompt: |\n        Describe this in one sentence.\n${lines.join('\n')}`;
};

const isPlain = (type: string): boolean => ['string', 'integer', 'double', 'boolean'].includes(type);

const yamlText = (text: string): string =>
  /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);

const exampleOf = ([example]: SourceDescription['fields'][number]['examples']): string => {
  if (example === undefined) return '';
  const text = JSON.stringify(example);
  return `  e.g. ${text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}…` : text}`;
};
