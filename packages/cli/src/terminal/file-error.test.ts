import { expect, it } from 'vitest';
import { fileError } from './file-error.ts';

it('says what the system means, and names the file without its temporary ending', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    path: '/out/a.csv.27056b68.part',
  });
  expect(fileError(error)).toMatch(/^\/out\/a\.csv: the disk is full\. .*--out DIR/);
});

it('leaves other errors alone', () => {
  expect(fileError(new Error('boom'))).toBeUndefined();
  expect(fileError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined();
});
