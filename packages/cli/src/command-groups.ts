import type { CommandDefinition, CommandFamily } from './command-context.ts';
import { batchFamily } from './commands/batch.ts';
import { cancelCommand } from './commands/cancel.ts';
import { collectCommand } from './commands/collect.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downloadCommand } from './commands/download.ts';
import { explainCommand } from './commands/explain.ts';
import { importConfigCommand } from './commands/import-config.ts';
import { jobsCommand } from './commands/jobs.ts';
import { newCommand } from './commands/new.ts';
import { pauseCommand } from './commands/pause.ts';
import { prepareCommand } from './commands/prepare.ts';
import { previewCommand } from './commands/preview.ts';
import { resumeCommand } from './commands/resume.ts';
import { resolveCommand } from './commands/resolve.ts';
import { retryCommand } from './commands/retry.ts';
import { rowCommand } from './commands/row.ts';
import { rowsCommand } from './commands/rows.ts';
import { runCommand } from './commands/run.ts';
import { simulatorCommand } from './commands/simulator.ts';
import { statusCommand } from './commands/status.ts';
import { submitCommand } from './commands/submit.ts';
import { tryCommand } from './commands/try.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { watchCommand } from './commands/watch.ts';

/** Every command, as --help lists them. */
export const commandGroups: { heading: string; commands: (CommandDefinition | CommandFamily)[] }[] = [
  {
    heading: 'Commands:',
    commands: [newCommand, previewCommand, runCommand, statusCommand, downloadCommand, doctorCommand],
  },
  {
    heading: 'More:',
    commands: [
      tryCommand,
      jobsCommand,
      watchCommand,
      rowsCommand,
      rowCommand,
      diffCommand,
      retryCommand,
      pauseCommand,
      resumeCommand,
      cancelCommand,
      verifyCommand,
      explainCommand,
      resolveCommand,
    ],
  },
  { heading: 'By hand:', commands: [prepareCommand, collectCommand, batchFamily, importConfigCommand] },
  { heading: 'Server:', commands: [upCommand, submitCommand, simulatorCommand] },
];
