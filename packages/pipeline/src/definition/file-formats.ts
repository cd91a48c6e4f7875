/** The format that a file's ending tells, or undefined. `.csv` may also hold M4 series: that has to be said. */
export const formatOf = (file: string): 'csv' | 'json' | 'jsonl' | 'parquet' | undefined => {
  const ending = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase();
  return ending === undefined || !Object.hasOwn(endings, ending) ? undefined : endings[ending as keyof typeof endings];
};

const endings = { csv: 'csv', json: 'json', jsonl: 'jsonl', ndjson: 'jsonl', parquet: 'parquet' } as const;
