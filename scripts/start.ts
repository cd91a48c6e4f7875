import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFile, readSource } from '../packages/dataset/src/index.ts';

/*
 * `npm start`: the sample of the first recipe through every service, answered by the simulator. It uses the command
 * line as a person would, and then shows what came out.
 */

const ROOT = join(import.meta.dirname, '..');
const RECIPE = 'recipes/m4-captions/pipeline.yaml';
const OUT = 'out/m4-captions';
const SHOWN_CAPTIONS = 3;

/** Runs the command line; its progress is seen, what it prints at the end is given back. */
const batchmill = (...words: string[]): Promise<{ exitCode: number; out: string }> =>
  new Promise((resolve, reject) => {
    const main = join(ROOT, 'packages/cli/src/main.ts');
    const child = spawn(process.execPath, [main, ...words], { cwd: ROOT, stdio: ['inherit', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, out }));
    // The child gets Ctrl-C too and says its goodbye; it must be the first to go.
    process.on('SIGINT', () => {});
  });

const captions = async (): Promise<{ id: unknown; caption: unknown }[]> => {
  const path = join(ROOT, OUT, 'm4_captions.csv');
  const file = diskFile({ name: path, path, bytes: (await stat(path)).size });
  const found = [];
  const source = { format: 'csv' as const, paths: [path], derive: [], limit: SHOWN_CAPTIONS };
  for await (const item of readSource(source, [file], { vars: {} }))
    if ('fields' in item) found.push({ id: item.fields['id'], caption: item.fields['caption'] });
  return found;
};

console.log(`Running the recipe ${RECIPE}: time series become captions, by way of plots.`);
console.log('The provider is the simulator: nothing is paid, and what it says is made up.\n');
const { exitCode, out } = await batchmill('run', RECIPE, '--provider', 'simulator', '--out', OUT);
process.exitCode = exitCode;
if (exitCode === 0) {
  console.log(`\nThe first ${SHOWN_CAPTIONS} captions:\n`);
  for (const { id, caption } of await captions()) console.log(`  ${String(id)}\n    ${String(caption)}\n`);
  console.log(out);
  console.log('With a real key, the same from OpenAI:');
  console.log(`  OPENAI_API_KEY=sk-... ./batchmill run ${RECIPE} --out m4-captions`);
} else {
  console.log(out);
}
