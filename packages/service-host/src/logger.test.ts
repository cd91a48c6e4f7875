import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { createSecrets } from './secrets.ts';

const collect = () => {
  const lines: string[] = [];
  const secrets = createSecrets();
  const log = createLogger({
    service: 'test',
    level: 'debug',
    secrets,
    destination: { write: (s) => void lines.push(s) },
  });
  return { lines, secrets, log };
};

/** Puts a value at the end of a path of keys and list positions. */
const buryAt = (path: (string | number)[], value: unknown): object =>
  path.reduceRight<unknown>(
    (inner, key) => (typeof key === 'number' ? [inner, key] : { [key]: inner }),
    value,
  ) as object;

describe('the logger', () => {
  test('writes one JSON record a line with level, service, time and fields', () => {
    const { lines, log } = collect();
    log.child({ job: 'j1' }).info({ rows: 3 }, 'done');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      service: 'test',
      job: 'j1',
      rows: 3,
      msg: 'done',
    });
    log.warn('plain');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'warn', msg: 'plain' });
  });

  test('tells an error with its cause', () => {
    const { lines, log } = collect();
    log.error({ error: new Error('outer', { cause: new TypeError('inner') }) }, 'failed');
    expect(JSON.parse(lines[0] ?? '').error).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { type: 'TypeError', message: 'inner' },
    });
  });

  test('a registered secret never appears, at whatever depth and in whatever form', () => {
    const key = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim().length >= 6),
        fc.array(key, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('plain', 'inside text', 'in an error', 'as JSON text', 'in an address'),
        (secret, path, form) => {
          const { lines, secrets, log } = collect();
          secrets.add(secret);
          const forms = {
            plain: secret,
            'inside text': `before ${secret} after`,
            'in an error': new Error(`refused: ${secret}`),
            'as JSON text': JSON.stringify({ authorization: secret }),
            'in an address': `https://host/?token=${encodeURIComponent(secret)}`,
          };
          log.info({ error: forms[form], at: buryAt(path, forms[form]) }, `told ${secret}`);
          const line = lines.join('');
          expect(JSON.stringify(JSON.parse(line))).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(line).not.toContain(encodeURIComponent(secret));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    'sk-proj-abcdefghijklmnop0123456789',
    'sk-ant-api03-abcdefgh-ijkl_mnop',
    'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    'AKIAIOSFODNN7EXAMPLE',
  ])('a key is known by its looks: %s', (key) => {
    const { lines, log } = collect();
    log.info({ nested: [{ headers: { 'x-key': key } }], error: new Error(`with ${key}.`) }, `and ${key}`);
    expect(lines.join('')).not.toContain(key);
    expect(JSON.parse(lines.join(''))).toMatchObject({ msg: 'and [secret]' });
  });

  test('bearer tokens and passwords in addresses are taken out, the rest stays', () => {
    const { lines, log } = collect();
    log.info({ header: 'Bearer abc.def-ghi', url: 'rediss://user:hunter22@redis:6379/0' }, 'connecting');
    expect(JSON.parse(lines.join(''))).toMatchObject({
      header: 'Bearer [secret]',
      url: 'rediss://user:[secret]@redis:6379/0',
    });
  });

  test('a secret made of digits leaves numbers numbers', () => {
    const { lines, secrets, log } = collect();
    secrets.add('1234567');
    log.info({ value: 1234567, longer: 912345670 }, 'numbers');
    expect(JSON.parse(lines.join(''))).toMatchObject({ value: 9999999, longer: 999999990 });
  });
});
