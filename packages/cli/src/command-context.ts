import type { Command } from 'commander';
import type { Io } from './terminal/io.ts';
import type { Printer, Settings } from './terminal/printer.ts';

/** What every command gets, beside its own arguments and options. */
export type CommandContext = {
  io: Io;
  settings: Settings;
  printer: Printer;
  /** Server to talk to, or undefined for the embedded services. */
  url: string | undefined;
  /** State folder of the embedded services, absolute. */
  stateDir: string;
  /** The words this command was called with, for saying how to call it again. */
  argv: readonly string[];
};

type Arguments = readonly (string | undefined)[];

export type CommandDefinition = {
  name: string;
  /** Adds description, arguments and options. */
  describe(command: Command): Command;
  /** Has --url and --data. */
  usesApi: boolean;
  /** Does its work and gives the exit code. Mistakes are thrown. */
  run(context: CommandContext, given: Arguments, options: unknown): Promise<number>;
};

/** Commands under one name: `batchmill batch run`, `batchmill batch list`. */
export type CommandFamily = {
  name: string;
  describe(command: Command): Command;
  commands: CommandDefinition[];
};

/** `Options` is what commander makes of the options that `describe` adds. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names it, to type its options
export const defineCommand = <Options>(definition: {
  name: string;
  describe(command: Command): Command;
  usesApi?: boolean;
  run(context: CommandContext, given: Arguments, options: Options): Promise<number>;
}): CommandDefinition => ({
  ...definition,
  usesApi: definition.usesApi ?? true,
  run: (context, given, options) => definition.run(context, given, options as Options),
});
