import { defineCommand } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import type { Check, CheckOutcome } from '../doctor/check.ts';
import { missing } from '../doctor/check.ts';
import { checkDisk } from '../doctor/check-disk.ts';
import { checkNode } from '../doctor/check-node.ts';
import { checkProvider } from '../doctor/check-provider.ts';
import { checkRedis } from '../doctor/check-redis.ts';
import { checkServer } from '../doctor/check-server.ts';
import { checkStore } from '../doctor/check-store.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { Printer } from '../terminal/printer.ts';
import { textTable } from '../terminal/text-table.ts';

export const doctorCommand = defineCommand<object>({
  name: 'doctor',
  describe: (command) => command.description('check what is needed here, and say what to do'),
  run: async (context) => {
    const results = [];
    for (const check of checksFor(context)) results.push({ name: check.name, ...(await lookSafely(check)) });
    const isMissing = results.some(({ state }) => state === 'missing');
    context.printer.result(tableOf(results, context.printer.colours).join('\n'));
    context.printer.result(isMissing ? 'Something that is needed is missing.' : 'Everything needed is here.');
    context.printer.json({ ok: !isMissing, checks: results });
    return isMissing ? EXIT.failed : EXIT.ok;
  },
});

const checksFor = ({ io, url, stateDir }: CommandContext): Check[] => {
  if (url !== undefined) return [checkNode(process.version), checkServer(url)];
  const { REDIS_URL: redisUrl, PATH: searchPath = '' } = io.environment;
  return [
    checkNode(process.version),
    checkRedis(redisUrl, searchPath),
    checkStore(stateDir),
    checkDisk(stateDir),
    checkProvider(io.environment),
  ];
};

/** A check that breaks is a finding too: the others still have their say. */
const lookSafely = async (check: Check): Promise<CheckOutcome> => {
  try {
    return await check.look();
  } catch (error) {
    return missing(
      error instanceof Error ? error.message : String(error),
      'This was not expected; --verbose shows more.',
    );
  }
};

const tableOf = (results: readonly ({ name: string } & CheckOutcome)[], colours: Printer['colours']): string[] => {
  const marks = { ok: colours.green('✓'), note: colours.yellow('!'), missing: colours.red('✗') };
  const rows = textTable(results.map(({ name, state, found }) => [marks[state], name, found]));
  return results.flatMap(({ remedy }, index) => [
    rows[index] ?? '',
    ...(remedy === undefined ? [] : [`    ${remedy}`]),
  ]);
};
