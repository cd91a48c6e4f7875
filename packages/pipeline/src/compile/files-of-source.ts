import type { Source } from '@batchmill/contracts';

/** Every file a source reads, by its name in the pipeline: its rows first, then what is joined to them. */
export const filesOfSource = ({
  paths,
  joins = [],
}: Pick<Source, 'paths'> & { joins?: Source['joins'] | undefined }): string[] => [
  ...new Set([...paths, ...joins.map(({ path }) => path)]),
];
