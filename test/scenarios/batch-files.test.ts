import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { batchmill, startProcess } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import type { SimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

type Line = {
  custom_id: string;
  response: { status_code: number; body: object } | null;
  error: { code: string } | null;
};

const environmentOf = (simulator: SimulatorBeside) => ({
  BATCHMILL_SIMULATOR_URL: simulator.url,
  BATCHMILL_SUBMIT_LEASE_MS: '3000',
  BATCHMILL_SUBMIT_SETTLE_MS: '1000',
});

const chat = (id: string, body: object): string =>
  // with white space, as other languages write it
  `{"custom_id": ${JSON.stringify(id)}, "method": "POST", "url": "/v1/chat/completions", "body": ${JSON.stringify(body)}}\n`;

const sound = (id: number): object => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: [{ type: 'text', text: `Describe é\u2028${id}.` }] }],
  max_tokens: 60,
  seed: id,
});

const linesOf = async (file: string): Promise<Line[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const idsOf = async (file: string): Promise<string[]> => (await linesOf(file)).map(({ custom_id: id }) => id);

/** Waits until it is so; a command that ends before fails the test. */
const until = async (command: Running, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const ended = command.ended.then((code) => {
    throw new Error(`ended with ${code} too early:\n${command.output()}`);
  });
  ended.catch(() => undefined);
  while (!(await isSo())) await Promise.race([delay(50), ended]);
};

test('two request files, killed in the middle, are answered under their own ids, and no line is paid twice', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const ids = { one: [] as string[], two: [] as string[] };
  for (let n = 0; n < 400; n += 1) ids.one.push(`series ${n}/é`);
  for (let n = 0; n < 150; n += 1) ids.two.push(`series ${n}/é`);
  const broken = (n: number): object | null => {
    if (n % 50 === 7) return { ...sound(n), model: 'no-such-model' };
    return n % 50 === 9 ? { model: 'gpt-4o-mini', max_tokens: 5 } : null;
  };
  await writeFile(at('one.jsonl'), ids.one.map((id, n) => chat(id, sound(n))).join(''));
  await writeFile(at('two.jsonl'), ids.two.map((id, n) => chat(id, broken(n) ?? sound(n))).join(''));
  await using simulator = await startSimulatorBeside(at('simulator'), 2000);
  const environment = environmentOf(simulator);
  const command = ['batch', 'run', at('one.jsonl'), at('two.jsonl'), '--data', at('state'), '--provider', 'simulator'];

  const killed = startProcess('packages/cli/src/main.ts', command, environment);
  await until(killed, async () => ((await simulator.meter()).batches ?? 0) > 0);
  await killed.stop('SIGKILL');
  const resumed = await batchmill(command, environment);
  expect(resumed.code, resumed.output).toBe(3);

  const bad = ids.two.filter((_, n) => broken(n) !== null);
  expect(await idsOf(at('one.output.jsonl'))).toEqual(ids.one);
  expect(await idsOf(at('one.errors.jsonl'))).toEqual([]);
  expect(await idsOf(at('two.output.jsonl'))).toEqual(ids.two.filter((id) => !bad.includes(id)));
  expect(await idsOf(at('two.errors.jsonl'))).toEqual(bad);
  for (const line of await linesOf(at('one.output.jsonl'))) {
    expect(Object.keys(line)).toEqual(['id', 'custom_id', 'response', 'error']);
    expect(line).toMatchObject({ response: { status_code: 200, body: { object: 'chat.completion' } }, error: null });
  }
  for (const { response, error } of await linesOf(at('two.errors.jsonl')))
    expect([response, error?.code]).toEqual([null, expect.any(String)]);
  const paid = { rows_paid: ids.one.length + ids.two.length - bad.length, rows_paid_twice: 0 };
  expect(await simulator.meter()).toMatchObject(paid);

  // the same files again: written anew, and nothing is paid
  const before = await readFile(at('two.output.jsonl'), 'utf8');
  await rm(at('two.output.jsonl'));
  const again = await batchmill([...command, at('one.output.jsonl')], environment);
  expect(again.code, again.output).toBe(3);
  expect(await readFile(at('two.output.jsonl'), 'utf8')).toBe(before);
  const fetched = await batchmill(['batch', 'download', '--out', at('there'), '--data', at('state')], environment);
  expect(fetched.code, fetched.output).toBe(0);
  expect(await readFile(at('there/two.output.jsonl'), 'utf8')).toBe(before);
  const listed = await batchmill(['batch', 'list', '--data', at('state')], environment);
  expect(listed.output).toMatch(/two\.jsonl +completed-with-rejects +150\/150.*\n.*one\.jsonl +completed +400\/400/);

  // an id that stands twice stops all files
  await writeFile(at('twice.jsonl'), chat('a', sound(1)) + chat('a', sound(2)));
  const refused = await batchmill([...command, at('twice.jsonl')], environment);
  expect(refused.code).toBe(2);
  expect(refused.output).toContain('twice.jsonl:2: the custom_id "a" stands on line 1 already');
  expect(await simulator.meter()).toMatchObject(paid);
});

test('a request file that is cancelled gives what was answered, and says of each other line why not', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const ids = Array.from({ length: 300 }, (_, n) => `line-${n}`);
  await writeFile(at('slow.jsonl'), ids.map((id, n) => chat(id, sound(n))).join(''));
  await using simulator = await startSimulatorBeside(at('simulator'), 100);
  const environment = environmentOf(simulator);
  const here = ['--data', at('state')];

  const stopped = startProcess(
    'packages/cli/src/main.ts',
    ['batch', 'run', at('slow.jsonl'), '--provider', 'simulator', ...here],
    environment,
  );
  await until(stopped, () => stopped.output().includes('1 batch at the provider'));
  expect(await stopped.stop('SIGINT')).toBe(130);
  expect(stopped.output()).toContain('1 batch of job');
  expect((await batchmill(['batch', 'check', ...here], environment)).output).toContain('slow  running');
  const cancelled = await batchmill(['batch', 'cancel', 'last', ...here], environment);
  expect(cancelled.code, cancelled.output).toBe(0);
  const fetched = await batchmill(['batch', 'download', ...here], environment);
  expect(fetched.code, fetched.output).toBe(0);

  const answered = await idsOf(at('slow.output.jsonl'));
  const others = await linesOf(at('slow.errors.jsonl'));
  expect([...answered, ...others.map(({ custom_id: id }) => id)].toSorted()).toEqual(ids.toSorted());
  expect(others.length).toBeGreaterThan(0);
  for (const { error } of others) expect(error?.code).toMatch(/cancelled/);
  expect(await simulator.meter()).toMatchObject({ rows_paid: answered.length, rows_paid_twice: 0 });
});
