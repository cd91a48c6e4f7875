import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Argument } from 'commander';
import type { CommandContext, CommandDefinition, CommandFamily } from './command-context.ts';
import { commandGroups } from './command-groups.ts';
import { EXIT } from './terminal/exit-codes.ts';
import type { Io } from './terminal/io.ts';
import { createPrinter } from './terminal/printer.ts';
import { reportError } from './terminal/report-error.ts';
import { UsageError } from './terminal/usage-error.ts';
import { VERSION } from './version.ts';

/** The command `batchmill`. `argv` is what stands after the program's name. @returns the exit code; never throws */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  let exitCode: number = EXIT.ok;
  const program = describeProgram(io);
  for (const { heading, commands } of commandGroups) {
    program.commandsGroup(heading);
    for (const definition of commands)
      addTo(program, definition, async ({ run }, given, options) => {
        exitCode = await run(contextOf(io, options, argv), given, options);
      });
  }
  try {
    await program.parseAsync(helpAsOption(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    const settings = { json: argv.includes('--json'), verbose: argv.includes('--verbose'), quiet: false };
    // commander has written its message already; help and version end this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportError(error, io, settings);
  }
};

const describeProgram = (io: Io): Command =>
  new Command('batchmill')
    .description('Turns a dataset and a pipeline file into an LLM-made dataset, at batch prices.')
    .version(VERSION, '--version', 'show the version')
    .helpOption('-h, --help', 'show help; after a command, what it takes')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: termOf })
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => 100, getErrHelpWidth: () => 100 })
    .exitOverride()
    .showHelpAfterError('(batchmill --help lists the commands)')
    .addHelpText('after', HELP_END);

/** `batchmill help run` is `batchmill run --help`. */
const helpAsOption = ([first, ...rest]: readonly string[]): string[] => {
  if (first === 'help') return [...rest, '--help'];
  return first === undefined ? ['--help'] : [first, ...rest];
};

/** Every command has options: saying so in each line helps nobody. */
const termOf = (command: Command): string =>
  [command.name(), ...command.registeredArguments.map((argument) => humanReadable(argument))].join(' ');

const humanReadable = (argument: Argument): string =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;

const HELP_END = `
Try it out for nothing:  batchmill run recipes/m4-captions/pipeline.yaml --provider simulator
JOB is the beginning of a job's id, or "last". Without --url or BATCHMILL_URL all work is done by this command itself.
Exit codes: 0 all rows ok, 1 failed, 2 wrong usage or input, 3 ended with rows that are not ok.`;

type CommonOptions = { json?: boolean; verbose?: boolean; quiet?: boolean; url?: string; data?: string };

type Act = (definition: CommandDefinition, given: (string | undefined)[], options: CommonOptions) => Promise<void>;

const addTo = (program: Command, definition: CommandDefinition | CommandFamily, act: Act): void => {
  const words = [program.name(), definition.name].join(' ');
  const command = definition
    .describe(program.command(definition.name))
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    .showHelpAfterError(`(${words} --help shows what it takes)`);
  if ('commands' in definition) {
    for (const member of definition.commands) addTo(command, member, act);
    return;
  }
  if (definition.usesApi)
    command
      .optionsGroup('Where:')
      .option(
        '--url <url>',
        'a Batchmill server (default: $BATCHMILL_URL; without it this command does the work itself)',
      )
      .option('--data <dir>', 'state folder of work done here (default: .batchmill)');
  command
    .optionsGroup('Output:')
    .option('--json', 'the result as one JSON object on standard output')
    .option('--verbose', 'more of what happens, and of what goes wrong')
    .option('--quiet', 'nothing but results and errors')
    .action(async (...given: unknown[]) => {
      const options = given.at(-2) as CommonOptions;
      // an argument that may stand several times is a list
      await act(definition, given.slice(0, -2).flat() as (string | undefined)[], options);
    });
};

const contextOf = (io: Io, options: CommonOptions, argv: readonly string[]): CommandContext => {
  const settings = {
    json: options.json === true,
    verbose: options.verbose === true,
    quiet: options.quiet === true,
  };
  return {
    io,
    settings,
    printer: createPrinter(io, settings),
    url: serverUrl(options, io.environment['BATCHMILL_URL']),
    stateDir: resolve(io.cwd, options.data ?? '.batchmill'),
    argv,
  };
};

/** `--data` names a state folder here, and so is stronger than a server named by the environment. */
const serverUrl = (options: CommonOptions, fromEnvironment: string | undefined): string | undefined => {
  const isFromEnvironment = options.url === undefined && options.data === undefined;
  const url = isFromEnvironment && fromEnvironment !== '' ? fromEnvironment : options.url;
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError(`"${url}" is no URL of a server, such as http://localhost:8080 (--url or BATCHMILL_URL).`);
  return url;
};
