import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

let provider: Server;
let providerUrl = '';
let providerStatus = 200;
beforeAll(async () => {
  provider = createServer((_, response) => {
    const error = { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' };
    response.writeHead(providerStatus, { 'content-type': 'application/json' });
    response.end(JSON.stringify(providerStatus === 200 ? { object: 'list', data: [] } : { error }));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  providerUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`;
});
afterAll(() => new Promise((resolve) => provider.close(resolve)));

const withProvider = () =>
  setStage({
    environment: { OPENAI_API_KEY: 'sk-wrong', OPENAI_BASE_URL: providerUrl, REDIS_URL: 'redis://127.0.0.1:1' },
  });

test('a provider on this machine is never asked about; a wrong key stops the run before anything is sent', async () => {
  await using stage = await withProvider();
  providerStatus = 401;
  const refused = await stage.call('run', 'pipeline.yaml');
  expect(refused.exitCode).toBe(2);
  expect(refused.err).toMatch(/The provider "openai" cannot be used: .*key.*is not accepted/);
  expect(refused.err).not.toContain('sk-wrong');
  expect(stage.api.jobs.size).toBe(0);
  providerStatus = 200;
  expect((await stage.call('run', 'pipeline.yaml')).exitCode).toBe(0);
});

test('a run that is known is not asked about again', async () => {
  await using stage = await setStage({ environment: { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: providerUrl } });
  await stage.call('run', 'pipeline.yaml');
  providerStatus = 401;
  const again = await stage.call('run', 'pipeline.yaml');
  expect([again.exitCode, again.err.includes('nothing is paid')]).toEqual([0, true]);
  providerStatus = 200;
});

test('doctor names what is missing, says what to do, and ends with 1', async () => {
  await using stage = await withProvider();
  providerStatus = 401;
  const sick = await stage.call('doctor', '--json');
  const { ok, checks } = JSON.parse(sick.out) as {
    ok: boolean;
    checks: { name: string; state: string; remedy?: string }[];
  };
  expect([sick.exitCode, ok]).toEqual([1, false]);
  expect(checks.find(({ name }) => name === 'Provider')).toMatchObject({ state: 'missing' });
  expect(checks.filter(({ state }) => state === 'missing').every(({ remedy }) => (remedy ?? '').length > 10)).toBe(
    true,
  );
  expect(checks.find(({ name }) => name === 'Store')).toMatchObject({ state: 'ok' });
  providerStatus = 200;
});

test('doctor finds a Redis that does not answer, without showing its password, and a server that is well', async () => {
  await using stage = await setStage({ environment: { REDIS_URL: 'redis://:secret@127.0.0.1:1' } });
  const { exitCode, out } = await stage.call('doctor');
  expect(exitCode).toBe(1);
  expect(out).toContain(
    '✗  Redis     127.0.0.1:1 does not answer (ECONNREFUSED)\n    Start that Redis, or unset REDIS_URL',
  );
  expect(out).not.toContain('secret');
  const remote = await stage.call('doctor', '--url', stage.api.url);
  expect([remote.exitCode, remote.out.includes('✓  Server')]).toEqual([0, true]);
});

test('up opens the services to stay, prints where, and closes them at Ctrl-C', async () => {
  let closed = 0;
  const opened: unknown[] = [];
  await using stage = await setStage({
    openEmbedded: async (options) => {
      opened.push(options);
      return { url: 'http://127.0.0.1:8123', owner: true, close: async () => void (closed += 1) };
    },
  });
  const up = stage.call('up', '--port', '8123', '--data', 'state');
  await expect.poll(() => opened.length).toBe(1);
  await Promise.resolve();
  await expect.poll(() => (stage.interrupt(), closed)).toBe(1);
  const { exitCode, out } = await up;
  expect([exitCode, out.includes('up at http://127.0.0.1:8123')]).toEqual([0, true]);
  expect(opened).toMatchObject([{ mode: 'stay', port: 8123, stateDir: join(stage.folder, 'state') }]);
});

test('submit prints the job and does not wait', async () => {
  await using stage = await setStage();
  const submitted = await stage.call('submit', 'pipeline.yaml', '--provider', 'simulator', '--url', stage.api.url);
  expect([submitted.exitCode, submitted.out]).toEqual([0, '1000jobjobjobjob\n']);
  expect(stage.api.calls.some(({ call }) => call.endsWith('/events'))).toBe(false);
});
