/** A line of a given file that is the answer to no row; without an id where it is no result at all. */
export type Stray = { custom_id: string | null; file: string; line: number };

export type Strays = {
  /** Some of the answers were made up by the simulator. */
  simulated: boolean;
  strangers: number;
  broken: number;
  /** Rows with more than one line. */
  rowsTwice: number;
  /** The first of them. */
  first: Stray[];
};

const SHOWN = 10;

/** What the report says of given lines that are of no use. */
export const strayNotes = ({ strangers, broken, rowsTwice, first }: Omit<Strays, 'simulated'>): string[] => {
  const ids = first.flatMap(({ custom_id: id }) => (id === null ? [] : [`"${id}"`]));
  const places = first.flatMap(({ custom_id: id, file, line }) => (id === null ? [`${file}:${line}`] : []));
  const rows = rowsTwice === 1 ? 'one row has' : `${rowsTwice} rows have`;
  return [
    ...(strangers === 0 ? [] : [`${lines(strangers)} of no row here: ${some(ids, strangers)}`]),
    ...(broken === 0 ? [] : [`${lines(broken)} no result: ${some(places, broken)}`]),
    ...(rowsTwice === 0
      ? []
      : [
          `${rows} more than one line in the given files: an answer counts more than an error, and the first more than the others`,
        ]),
  ];
};

const lines = (count: number): string =>
  count === 1 ? 'one line of the given files is' : `${count} lines of the given files are`;

const some = (names: string[], count: number): string => {
  const shown = names.slice(0, SHOWN);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''} (all in unmatched.jsonl)`;
};
