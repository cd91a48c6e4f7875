import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const WATCH = new URL('event-loop-watch.ts', import.meta.url).href;

const run = async (body: string) => {
  const script = `const { watchEventLoop } = await import(${JSON.stringify(WATCH)}); const watch = watchEventLoop(360); ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal, errors };
};

test('a process whose event loop stands still is ended and says so', async () => {
  const { signal, errors } = await run('setTimeout(() => { for (;;); }, 100);');
  expect(signal).toBe('SIGKILL');
  expect(errors).toContain('stood still');
});

test('a process whose event loop turns is left alone, and not kept alive', async () => {
  expect(await run('setTimeout(() => watch.stop(), 900);')).toEqual({ code: 0, signal: null, errors: '' });
  expect(await run('')).toEqual({ code: 0, signal: null, errors: '' });
});
