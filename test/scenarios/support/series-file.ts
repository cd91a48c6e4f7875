import { writeFile } from 'node:fs/promises';

/** Writes a wide M4-like CSV of made-up series of 8 values; the same bytes for the same number. */
export const writeSeriesFile = async (file: string, series: number): Promise<void> => {
  const header = Array.from({ length: 9 }, (_, column) => `"V${column + 1}"`).join(',');
  const lines = Array.from({ length: series }, (_, row) => {
    const values = Array.from({ length: 8 }, (_value, column) => ((row * 31 + column * 17) % 997) + row / 10);
    return [`"Q${row + 1}"`, ...values.map((value) => `"${value.toFixed(2)}"`)].join(',');
  });
  await writeFile(file, `${[header, ...lines].join('\n')}\n`);
};

export const TWO_STEPS = `name: two-steps
source: { format: m4, path: series.csv }
key: "{{ series_id }}"
shards: { rows: 250 }
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - id: describe
    generate: { prompt: "Describe the numbers {{ series | json }}.", into: text }
  - id: shorten
    generate: { prompt: "Shorten this text: {{ text }}", into: short }
output:
  - { format: jsonl, file: texts.jsonl, columns: [_key, text, short] }
  - { format: csv, file: texts.csv, columns: { id: _key, short: short } }
  - { format: parquet, file: texts.parquet, columns: { id: _key, series: series, text: text } }
`;
