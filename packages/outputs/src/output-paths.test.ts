import type { Output, Row } from '@batchmill/contracts';
import { row } from '@batchmill/ledger/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certainPaths, earlyPaths, freeName, outputPaths } from './output-paths.ts';

const output = (changes: Partial<Output>): Output => ({ format: 'jsonl', rows: 'ok', ...changes });
const named = (template: string, of: Row): string => outputPaths(output({ file: template }), {}, 0)(of);
const value = (text: string): string => named('{{ x }}.jsonl', row('0', { x: text }));

describe('a name made of a value', () => {
  test.each([
    ['../../etc/passwd', '_/_/etc/passwd.jsonl'],
    ['/etc/passwd', 'etc/passwd.jsonl'],
    ['a/../b', 'a/_/b.jsonl'],
    ['a/ ../b', 'a/_/b.jsonl'],
    ['a//b', 'a/b.jsonl'],
    ['..\\x', '.._x.jsonl'],
    ['C:x', 'C_x.jsonl'],
    ['a\u0000b\nc', 'a_b_c.jsonl'],
    ['Ärger 😀', 'Ärger 😀.jsonl'],
  ])('%j stays in the output folder', (text, path) => {
    expect(value(text)).toBe(path);
  });

  test('never leads out of the folder, is never empty, and fits a disk, whatever the value', () => {
    const parts = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', '~', ' ', '', 'a'.repeat(300), '😀'.repeat(100)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), fc.boolean(), (pieces, alone) => {
        const path = alone ? named('{{ x }}', row('0', { x: pieces.join('') })) : value(pieces.join(''));
        const names = path.split('/');
        expect(names.length).toBeLessThanOrEqual(10);
        for (const name of names) {
          expect(['', '.', '..']).not.toContain(name.trim());
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          // oxlint-disable-next-line no-control-regex -- they are what must not be there
          expect(name).not.toMatch(/[\u0000-\u001f\\]/);
        }
      }),
    );
  });

  test('that is too long is cut, but two that differ stay two', () => {
    const [a, b] = [value(`${'x'.repeat(300)}a`), value(`${'x'.repeat(300)}b`)];
    expect(a).not.toBe(b);
    expect(a.endsWith('.jsonl')).toBe(true);
  });

  test('that a row lacks does not stop the export', () => {
    expect(named('{{ x }}.jsonl', row('0'))).toBe('unnamed.jsonl');
    expect(named('{{ x }}', row('0', { x: '/' }))).toBe('unnamed.jsonl');
  });
});

test('files are split by key, folders by split and row count', () => {
  const split = {
    shares: [
      { name: 'train', share: 0.5 },
      { name: 'test', share: 0.5 },
    ],
    seed: 1,
  };
  const file = output({ file: 'a.b/out.jsonl', split });
  expect(certainPaths(file)).toEqual(['a.b/out-train.jsonl', 'a.b/out-test.jsonl']);
  const rows = Array.from({ length: 50 }, (_, i) => row(String(i)));
  const paths = rows.map(outputPaths(file, {}, 0));
  expect(new Set(paths)).toEqual(new Set(certainPaths(file)));
  expect(rows.map(outputPaths(file, {}, 0))).toEqual(paths);
  expect(certainPaths(output({ dir: 'd', format: 'parquet' }))).toEqual(['d/part-00000.parquet']);
  expect(certainPaths(output({ file: 'no-ending', split }))).toEqual(['no-ending-train', 'no-ending-test']);
  expect(certainPaths(output({ file: '{{ x }}.jsonl' }))).toEqual([]);
});

test('a name that is taken gets a number, also where only its case differs', () => {
  expect(freeName('a.csv', new Set())).toBe('a.csv');
  expect(freeName('A.csv', new Set(['a.csv', 'a-2.csv']))).toBe('A-3.csv');
});

test('a file whose rows are known only at the end cannot be had before', () => {
  const shares = [{ name: 'train', share: 1 }];
  const file = output({ file: 'a.csv', split: { shares, seed: 1 } });
  expect(earlyPaths(file)).toEqual(['a-train.csv']);
  expect(earlyPaths({ ...file, split: { shares, seed: 1, method: 'sklearn' } })).toEqual([]);
});
