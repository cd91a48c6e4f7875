import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { baseConfigShape } from '@batchmill/service-host';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

/*
 * The documents against the product: every command of a ```sh block is run as it stands, in a folder that looks like a
 * checkout, and where a ```text block follows, it must be what the last command said.
 */

const ROOT = path.join(import.meta.dirname, '../..');
const RUN_LIMIT_MS = 240_000;

/** Commands of the documents that are not run here, and why. */
const NOT_RUN: Record<string, string> = {
  'npm start': 'installs into the checkout that is being tested',
  'npm test': 'runs this very test',
  'export OPENAI_API_KEY=sk-...': 'there is no key',
  './batchmill run recipes/m4-captions/pipeline.yaml --max-cost 1': 'asks the real provider',
  './batchmill run recipes/image-dialogues/pipeline.yaml --max-cost 1': 'asks the real provider',
  'docker compose --env-file infra/docker/simulator.env up --build': 'needs Docker; see compose.test.ts',
  './batchmill run recipes/m4-captions/pipeline.yaml --provider simulator --url http://127.0.0.1:8080':
    'needs what Docker has started',
};

type Block = { commands: string[]; output: string | undefined };

describe('commands in the documents', async () => {
  const documents = ['README.md', 'docs/operations.md', ...(await files('recipes/*/README.md'))];
  const blocks = new Map<string, Block[]>();
  for (const document of documents) blocks.set(document, shellBlocks(await read(document)));

  it.each(documents)(
    '%s: all do what it says',
    async (document) => {
      const checkout = await mkdtemp(path.join(tmpdir(), 'documents-'));
      try {
        for (const name of ['batchmill', 'recipes']) await symlink(path.join(ROOT, name), path.join(checkout, name));
        for (const { commands, output } of blocks.get(document) ?? []) {
          for (const command of commands.filter((one) => NOT_RUN[one] === undefined)) {
            const result = await runIn(checkout, command);
            expect({ command, exitCode: result.exitCode, errors: result.exitCode === 0 ? '' : result.errors }).toEqual({
              command,
              exitCode: 0,
              errors: '',
            });
            if (output !== undefined && command === commands.at(-1)) expectSaid(result.output, output);
          }
        }
      } finally {
        await rm(checkout, { recursive: true, force: true });
      }
    },
    RUN_LIMIT_MS,
  );

  it('none is excused that no document has any more', () => {
    const all = new Set([...blocks.values()].flat().flatMap(({ commands }) => commands));
    expect(Object.keys(NOT_RUN).filter((command) => !all.has(command))).toEqual([]);
  });
});

describe('what the documents say of the repository', () => {
  it('every service and every package has a README, those of services on one page', async () => {
    for (const folder of await files('{services,packages}/*')) {
      expect({ folder, hasReadme: existsSync(path.join(ROOT, folder, 'README.md')) }).toEqual({
        folder,
        hasReadme: true,
      });
    }
    for (const readme of await files('services/*/README.md')) {
      expect({ readme, isLong: (await read(readme)).trim().split('\n').length > 40 }).toEqual({
        readme,
        isLong: false,
      });
    }
  });

  it("every service's README lists its own variables with their defaults, and no other", async () => {
    const common = new Set(Object.keys(baseConfigShape));
    for (const service of await readdir(path.join(ROOT, 'services'))) {
      const module = (await import(path.join(ROOT, 'services', service, 'src/config.ts'))) as Configuration;
      const own = Object.entries(module.configSchema.shape).filter(([name]) => !common.has(name));
      const expected = Object.fromEntries(own.map(([name, schema]) => [name, fixedDefault(schema)]));
      expect({ service, ...variablesIn(await read(`services/${service}/README.md`)) }).toMatchObject({
        service,
        ...expected,
      });
      expect(Object.keys(variablesIn(await read(`services/${service}/README.md`)))).toEqual(Object.keys(expected));
    }
  });

  it('docs/operations.md lists the variables that every service has, with their defaults', async () => {
    const listed = variablesIn(await read('docs/operations.md'));
    const expected = Object.fromEntries(
      Object.entries(baseConfigShape).map(([name, schema]) => [name, fixedDefault(schema)]),
    );
    expect(listed).toMatchObject(expected);
  });
});

type Configuration = { configSchema: z.ZodObject };

const files = async (pattern: string): Promise<string[]> => {
  const found = await Array.fromAsync(glob(pattern, { cwd: ROOT, exclude: (name) => name.includes('node_modules') }));
  return found.sort();
};

const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');

const shellBlocks = (document: string): Block[] =>
  [...document.matchAll(/^```sh\n(.*?)^```\n(?:\n^```text\n(.*?)^```$)?/gms)].map(([, commands = '', output]) => ({
    commands: commands.trim().split('\n'),
    output,
  }));

type Result = { exitCode: number | null; output: string; errors: string };

const runIn = async (folder: string, command: string): Promise<Result> => {
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _base, BATCHMILL_URL: _url, ...env } = process.env;
  const child = spawn('sh', ['-c', command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output, errors };
};

/** Line by line; a line `…` in the document stands for any lines. */
const expectSaid = (said: string, documented: string): void => {
  const lines = documented.trim().split('\n').map(lasting);
  const actual = said.trim().split('\n').map(lasting);
  const gap = lines.indexOf('…');
  if (gap === -1) expect(actual).toEqual(lines);
  else {
    const rest = lines.length - gap - 1;
    expect([...actual.slice(0, gap), '…', ...actual.slice(actual.length - rest)]).toEqual(lines);
  }
};

/** Without what differs from run to run, or with every change of the simulator's words. */
const lasting = (line: string): string =>
  line
    .replaceAll(/\b[0-9a-z]{16}\b/g, 'ID')
    .replaceAll(/\bin \d+ s\b/g, 'in N s')
    .replaceAll(/\b[\d.]+ (B|kB|MB)\b/g, 'SIZE')
    .replaceAll(/\$[\d.]+/g, '$N')
    .replaceAll(/[\d,]+ (in|out)\b/g, 'N $1')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Name → default of each row of a table of variables; a cell with two names has none. */
const variablesIn = (document: string): Record<string, string> =>
  Object.fromEntries(
    [...document.matchAll(/^\| `([A-Z0-9_]+)` \| (.*?) \|/gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('`', ''),
    ]),
  );

/** A default that is the same everywhere, as text; for all others anything may be written. */
const fixedDefault = (schema: z.ZodType): unknown => {
  const { default: value } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const isFixed = typeof value === 'number' || typeof value === 'boolean' || value === '127.0.0.1';
  return isFixed ? String(value) : expect.any(String);
};
