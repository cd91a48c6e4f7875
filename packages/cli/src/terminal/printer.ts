import picocolors from 'picocolors';
import type { Io } from './io.ts';

export type Settings = { json: boolean; verbose: boolean; quiet: boolean };

/** Where a command's words go: what was asked for to standard output, what happens meanwhile to standard error. */
export type Printer = {
  colours: ReturnType<typeof picocolors.createColors>;
  /** What was asked for, for people. Not printed with --json. */
  result(text: string): void;
  /** What was asked for, for programs: one object. Printed with --json only. */
  json(value: unknown): void;
  /** What happens meanwhile. Not printed with --quiet. */
  note(text: string): void;
  /** Must be seen: printed with --quiet too. */
  warning(text: string): void;
};

export const createPrinter = (io: Io, settings: Settings): Printer => ({
  colours: picocolors.createColors(io.hasColours),
  result: (text) => {
    if (!settings.json) io.out(`${text}\n`);
  },
  json: (value) => {
    if (settings.json) io.out(`${JSON.stringify(value, null, 2)}\n`);
  },
  note: (text) => {
    if (!settings.quiet) io.err(`${text}\n`);
  },
  warning: (text) => io.err(`${text}\n`),
});
