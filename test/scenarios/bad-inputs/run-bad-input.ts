import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, startProcess } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { MOVIES, PIPELINE } from './bad-input.ts';
import type { BadInput, Surroundings } from './bad-input.ts';
import { leftovers } from './leftovers.ts';
import type { Leftovers } from './leftovers.ts';

export type BadInputResult = {
  /** Exit code, a signal's name, or `hung`. */
  code: number | string;
  /** As the user sees it, without what differs from run to run. */
  message: string;
  /** Without that cleaning: to look for secrets and stacks in. */
  output: string;
  tookMs: number;
  left: Leftovers;
  /** Of the same command after the correction. */
  corrected?: { code: number | string; output: string; left: Leftovers };
};

/** A message of a user's own mistake comes in seconds; a machine under load gets its time. */
const DEADLINE_MS = 60_000;

/** Gives the bad input to the real command line, in a folder of its own. */
export const runBadInput = async (bad: BadInput): Promise<BadInputResult> => {
  await using temporary = await temporaryFolder();
  const folder = path.join(temporary.path, 'work');
  await mkdir(folder);
  await writeFiles(folder, { 'pipeline.yaml': PIPELINE, 'movies.csv': MOVIES, ...bad.files });
  const surroundings = (await bad.arrange?.(folder)) ?? { end: async () => {} };
  const startedAt = Date.now();
  let first: { code: number | string; output: string };
  let left: Leftovers;
  try {
    first = await call(folder, bad, surroundings);
    left = await leftovers(folder);
  } finally {
    await surroundings.end();
  }
  const result = { ...first, message: cleaned(first.output, folder), tookMs: Date.now() - startedAt, left };
  if (bad.corrected === undefined) return result;
  await writeFiles(folder, bad.corrected);
  const again = await call(folder, { ...bad, environment: {} }, { end: async () => {} });
  return { ...result, corrected: { ...again, left: await leftovers(folder) } };
};

const writeFiles = async (folder: string, files: NonNullable<BadInput['files']>): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (content !== null) await writeFile(file, content);
  }
};

const DEFAULT_COMMAND = ['run', 'pipeline.yaml', '--provider', 'simulator'];
const TAKES_FOLDERS = /^(?:run|resume|retry)$/;

const call = async (
  folder: string,
  { command = DEFAULT_COMMAND, options = [], environment = {} }: BadInput,
  surroundings: Surroundings,
): Promise<{ code: number | string; output: string }> => {
  const out = TAKES_FOLDERS.test(command[0] ?? '') && !command.includes('--out') ? ['--out', 'out'] : [];
  const running = startProcess(
    'packages/cli/src/main.ts',
    [...command, ...out, ...options, ...(surroundings.options ?? [])],
    { ...environment, ...surroundings.environment },
    { group: true, cwd: folder },
  );
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    void running.stop('SIGKILL');
  }, DEADLINE_MS);
  const code = await running.ended;
  clearTimeout(timer);
  return { code: hung ? 'hung' : code, output: running.output() };
};

/** The text with stable names for what differs from run to run. */
const cleaned = (output: string, folder: string): string =>
  output
    .replaceAll(folder, '/films')
    .replaceAll(ROOT, '/batchmill')
    .replaceAll(/\bz[0-9a-z]{15}\b/g, 'JOB')
    .replaceAll(/(127\.0\.0\.1|localhost|\[::1\]):\d{4,5}/g, '$1:PORT')
    .replaceAll(/batch_[0-9a-f]{32}/g, 'BATCH')
    .split('\n')
    .filter((line) => !PROGRESS.test(line) && !RECEIPT_DETAILS.test(line))
    .join('\n')
    .replaceAll(/ in \d+ s\b/g, '')
    .trim();

const PROGRESS = /^(?:Job JOB begins|(?:accepted|ingesting|running|exporting|needs-attention|completed|failed)\b)/;
const RECEIPT_DETAILS = /^(?: {2}(?:paid|ok|invalid|files in|removed)| {4}\S|The texts are made up)/;
