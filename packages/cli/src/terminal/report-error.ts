import { formatProblem, InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { ApiError, ConnectionError } from '@batchmill/sdk';
import { EXIT } from './exit-codes.ts';
import { fileError } from './file-error.ts';
import type { Io } from './io.ts';
import { InterruptedError, UsageError } from './usage-error.ts';
import type { Settings } from './printer.ts';

type Told = { code: string; lines: string[]; problems: readonly Problem[]; exitCode: number };

/** Says what went wrong in the user's words and gives the exit code. A stack is shown with --verbose only. */
export const reportError = (error: unknown, io: Io, settings: Settings): number => {
  const told = tell(error);
  for (const line of told.lines) io.err(`${line}\n`);
  if (settings.verbose && error instanceof Error) io.err(`${stackOf(error)}\n`);
  if (settings.json) {
    const { code, lines, problems, exitCode } = told;
    io.out(`${JSON.stringify({ error: { code, message: lines.join('\n'), details: problems }, exitCode }, null, 2)}\n`);
  }
  return told.exitCode;
};

const tell = (error: unknown): Told => {
  if (error instanceof InputError)
    return { code: 'input', lines: problemLines(error.problems), problems: error.problems, exitCode: EXIT.usage };
  if (error instanceof UsageError)
    return { code: 'usage', lines: error.message.split('\n'), problems: [], exitCode: EXIT.usage };
  if (error instanceof InterruptedError)
    return { code: 'interrupted', lines: [error.message], problems: [], exitCode: EXIT.interrupted };
  if (error instanceof ApiError) return tellApiError(error);
  if (error instanceof ConnectionError)
    return {
      code: 'no-connection',
      lines: [`${error.message}. Is the server running, and is --url or BATCHMILL_URL right?`],
      problems: [],
      exitCode: EXIT.failed,
    };
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return {
      code: 'port-in-use',
      lines: ['Another program uses this port already. --port takes another one.'],
      problems: [],
      exitCode: EXIT.failed,
    };
  const told = fileError(error);
  if (told !== undefined) return { code: 'file', lines: [told], problems: [], exitCode: EXIT.failed };
  return { code: 'unexpected', lines: [unexpected(error)], problems: [], exitCode: EXIT.failed };
};

/** Each problem on a line of its own. */
export const problemLines = (problems: readonly Problem[]): string[] => problems.map(formatProblem);

const tellApiError = (error: ApiError): Told => {
  const details = [...problemLines(error.details), ...(ADVICE[error.code] ?? [])];
  return {
    code: error.code,
    // What a 404 advises is meant for callers of the API.
    lines: details.length > 0 && error.status !== 404 ? details : [error.message],
    problems: error.details,
    exitCode: error.status >= 500 ? EXIT.failed : EXIT.usage,
  };
};

/** What the API advises its callers means something else to who types commands. */
const ADVICE: Record<string, string[]> = {
  'idempotency-key-reused': ['Where the server fetches the input, it has changed since. --new starts another run.'],
};

const unexpected = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return `${message.replace(/[.\s]+$/, '')}. (\`batchmill doctor\` checks what is needed; --verbose shows more.)`;
};

const stackOf = (error: Error): string => {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by ${stackOf(error.cause)}` : stack;
};
