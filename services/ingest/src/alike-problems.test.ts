import { expect, it } from 'vitest';
import { alikeProblems } from './alike-problems.ts';

it('shows the first places of each kind, and how many more there are', () => {
  const problems = alikeProblems();
  for (let line = 2; line < 100; line += 1) problems.add({ code: 'a', message: 'is wrong', place: { line } });
  problems.add({ code: 'b', message: 'is worse' });
  expect(problems.all().map(({ message, place }) => [message, place?.line])).toEqual([
    ['is wrong', 2],
    ['is wrong', 3],
    ['is wrong', 4],
    ['and 95 more: is wrong', undefined],
    ['is worse', undefined],
  ]);
});
