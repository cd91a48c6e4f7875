import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readProviders } from '@batchmill/providers';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';

/*
 * docker-compose.yml against what the services take: a variable nobody reads, a value nobody can use, and a service
 * without its key are found here and not in the evening of a deployment.
 */

const ROOT = path.join(import.meta.dirname, '../..');
const SIMULATOR_ENV = 'infra/docker/simulator.env';
const SECRET = /KEY|SECRET|TOKEN|PASSWORD/;

type ComposeService = { image?: string; environment?: Record<string, string | number>; ports?: string[] };
type Variables = Record<string, string | undefined>;

let services: Record<string, ComposeService> = {};
let names: string[] = [];
let simulatorEnv: Variables = {};

beforeAll(async () => {
  const text = await readFile(path.join(ROOT, 'docker-compose.yml'), 'utf8');
  ({ services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> });
  names = (await readdir(path.join(ROOT, 'services'))).sort();
  simulatorEnv = parseEnv(await readFile(path.join(ROOT, SIMULATOR_ENV), 'utf8'));
});

describe('docker-compose.yml', () => {
  it('runs every service there is, each under its own name', () => {
    const started = Object.entries(services).flatMap(([name, { environment }]) =>
      environment?.['SERVICE'] === undefined ? [] : [{ name, service: environment['SERVICE'] }],
    );
    expect(started.sort((a, b) => a.name.localeCompare(b.name))).toEqual(
      names.map((name) => ({ name, service: name })),
    );
  });

  it('gives no service a variable that it does not read', async () => {
    const known = providerVariables();
    for (const name of names) {
      const variables = new Set(['SERVICE', ...Object.keys((await schemaOf(name)).shape), ...known]);
      const unknown = Object.keys(environmentOf(name, {})).filter((variable) => !variables.has(variable));
      expect({ name, unknown }).toEqual({ name, unknown: [] });
    }
  });

  it('gives every service all that it needs, in values it can use', async () => {
    for (const name of names) {
      const environment = environmentOf(name, simulatorEnv);
      const { error } = (await schemaOf(name)).safeParse(withoutEmpty(environment));
      expect({ name, issues: error?.issues ?? [] }).toEqual({ name, issues: [] });
      expect(() => readProviders(environment)).not.toThrow();
    }
  });

  it('gives the provider to those who use it, and its key to nobody else', async () => {
    for (const name of names) {
      const isUser = name === 'api' || /\b(providers|reservations)\b/.test(await assemblyOf(name));
      const environment = environmentOf(name, { ...simulatorEnv, OPENAI_API_KEY: 'sk-from-outside' });
      expect({ name, key: environment['OPENAI_API_KEY'] }).toEqual({
        name,
        key: isUser ? 'sk-from-outside' : undefined,
      });
      if (!isUser) continue;
      expect(readProviders(environment).get('openai').name).toBe('openai');
      expect(readProviders(environment).get('simulator').name).toBe('simulator');
    }
  });

  it('holds no secret, and no default for one', () => {
    for (const { environment = {} } of Object.values(services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (SECRET.test(variable) && !variable.endsWith('TOKENS')) expect(value).toMatch(/^\$\{\w+(:-|:\?[^}]+)?\}$/);
      }
    }
  });

  it('lets only this machine reach the API, and nobody the rest', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(published).toEqual([expect.stringMatching(/^api 127\.0\.0\.1:/)]);
  });

  it('runs the S3 store whose very version the conformance suite is run on', async () => {
    const version = /:(v\d+\.\d+\.\d+)$/.exec(services['s3']?.image ?? '')?.[1];
    const suite = await readFile(path.join(import.meta.dirname, 'object-store.real-s3.test.ts'), 'utf8');
    expect(suite).toContain(`'${version}'`);
  });
});

const binary = spawnSync('docker-compose', ['version']).status === 0;

describe.skipIf(!binary)('docker-compose config (where the command is installed)', () => {
  const config = (words: string[], variables: Variables = {}) =>
    spawnSync('docker-compose', [...words, 'config', '--quiet'], {
      cwd: ROOT,
      env: { ...process.env, ...variables },
      encoding: 'utf8',
    });

  it('accepts the file with the variables for the simulator', () => {
    const { status, stderr } = config(['--env-file', SIMULATOR_ENV]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('refuses to start without keys for the store, and says what to do', () => {
    const { status, stderr } = config([], { S3_ACCESS_KEY_ID: '', S3_SECRET_ACCESS_KEY: '' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('--env-file infra/docker/simulator.env');
  });
});

const schemaOf = async (name: string): Promise<z.ZodObject> => {
  const module = (await import(path.join(ROOT, 'services', name, 'src/config.ts'))) as { configSchema: z.ZodObject };
  return module.configSchema;
};

/** The service's assembly without its imports. */
const assemblyOf = async (name: string): Promise<string> => {
  const text = await readFile(path.join(ROOT, 'services', name, 'src/service.ts'), 'utf8');
  return text.replaceAll(/^import .*$/gm, '');
};

/** Every variable about providers, from the one who reads them. */
const providerVariables = (): Set<string> => {
  const asked = new Set<string>();
  const values: Variables = { OPENAI_API_KEY: 'sk-some', BATCHMILL_SIMULATOR_URL: 'http://simulator:4010/v1' };
  const environment = new Proxy(values, {
    get: (target, variable) => {
      asked.add(String(variable));
      return target[String(variable)];
    },
  });
  const providers = readProviders(environment);
  for (const name of providers.names) providers.get(name);
  return asked;
};

const environmentOf = (name: string, given: Variables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
      variable,
      interpolated(String(value), given),
    ]),
  );

/** `${A}`, `${A:-default}` and `${A:?message}`, as compose does it. */
const interpolated = (value: string, given: Variables): string =>
  value.replaceAll(/\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}/g, (_, variable: string, instead = '') =>
    String(given[variable] ?? instead),
  );

/** As the services read it: an empty variable counts as not set. */
const withoutEmpty = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
