import { compileCondition, compileTemplate } from '@batchmill/templates';
import { expect, test } from 'vitest';
import { asTemplate, fieldReference } from './as-template.ts';

test.each([
  'caption',
  'a b',
  '2nd',
  'empty',
  'blank',
  'nil',
  'null',
  'true',
  'and',
  'not',
  'contains',
  'it\'s "so"',
  'a.b',
  '}}',
  'título',
])('a field called %s is found by its name', (name) => {
  expect(compileTemplate(asTemplate(name)).value({ [name]: 7 })).toBe(7);
  expect(compileCondition(`${fieldReference(name)} == 7`)({ [name]: 7 })).toBe(true);
});
