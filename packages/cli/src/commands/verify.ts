import { resolve } from 'node:path';
import { OUTCOMES } from '@batchmill/contracts';
import { defineCommand } from '../command-context.ts';
import { count } from '../terminal/amounts.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { verifyFolder } from '../verify/verify-folder.ts';

export const verifyCommand = defineCommand<object>({
  name: 'verify',
  usesApi: false,
  describe: (command) =>
    command
      .description('recount outcomes and checksums of a delivered folder from its own files')
      .argument('<dir>', 'folder with report.json and the files beside it'),
  run: async (context, [dir = '']) => {
    const folder = resolve(context.io.cwd, dir);
    const { report, files, problems } = await verifyFolder(folder);
    const outcomes = OUTCOMES.flatMap((outcome) =>
      report.outcomes[outcome] ? [`${count(report.outcomes[outcome])} ${outcome}`] : [],
    );
    context.printer.result(
      problems.length === 0
        ? `${folder}: ${files} files as delivered; ${count(report.rows.source)} rows read, ${outcomes.join(', ')}; paid twice 0`
        : [`${folder} is not as delivered:`, ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
    context.printer.json({ folder, files, outcomes: report.outcomes, problems });
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
});
