/** Something wrong that a user may give, or may find; and what the command line must make of it. */
export type BadInput = {
  /** What is wrong, as the table says it. */
  title: string;
  /** Files of its folder, beside or in place of a good pipeline and good data. `null` leaves one out. */
  files?: Record<string, string | Uint8Array | null>;
  /** Words after `batchmill`; by default the run of the pipeline with the simulator. */
  command?: string[];
  /** Words added to the default command. */
  options?: string[];
  environment?: Record<string, string | undefined>;
  /** Makes the surroundings that files cannot: servers, full disks. */
  arrange?: (folder: string) => Promise<Surroundings>;
  /** Only where the machine allows it: tmpfs can be mounted. */
  needs?: 'mount';
  exitCode: 0 | 1 | 2 | 3;
  /** What the message must hold: the place and the remedy. */
  says: (string | RegExp)[];
  /** Secrets that must not show. */
  hides?: string[];
  /** Files that put it right: after that the same command must end with 0. `{}` where ending the surroundings does. */
  corrected?: Record<string, string | Uint8Array>;
  /** A job may stay, and wait to be told to go on. */
  leavesJob?: true;
  /** The files are written for all that: it is no mistake, or only of single rows. */
  delivers?: true;
};

export type Surroundings = {
  environment?: Record<string, string>;
  options?: string[];
  end(): Promise<void>;
};

export type BadInputGroup = { heading: string; cases: BadInput[] };

export const PIPELINE = `name: movies
source: { path: movies.csv }
key: id
defaults: { model: gpt-4o-mini }
steps:
  - id: summarize
    generate: { prompt: "Summarize {{ title }}", into: summary }
output: { file: summaries.csv }
`;

export const MOVIES = 'id,title\n1,Alien\n2,Brazil\n3,Clue\n';

/** The good pipeline with one text in it replaced. */
export const pipelineWith = (old: string, replacement: string): { 'pipeline.yaml': string } => {
  if (!PIPELINE.includes(old)) throw new Error(`the pipeline holds no ${old}`);
  return { 'pipeline.yaml': PIPELINE.replace(old, () => replacement) };
};

/** The good pipeline, reading another file. */
export const reading = (name: string, content: string | Uint8Array): Record<string, string | Uint8Array> => ({
  ...pipelineWith('movies.csv', name),
  [name]: content,
});
