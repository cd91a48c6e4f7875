import { expect, it } from 'vitest';
import { brokenBy, messagesOf } from './captions.ts';
import type { Mistake } from './captions.ts';

const mistakes: Mistake[] = [
  ['a tab as indentation', '  - id: caption', '	- id: caption', '6:1: a tab is used to indent. Indent with spaces'],
  [
    'a template without quotes',
    '"{{ vars.model }}"',
    '{{ vars.model }}',
    '8:15: a value that begins with a template must stand in quotes. Write "{{ … }}" with quotes around it',
  ],
  [
    'a Liquid tag without quotes',
    '"{{ vars.model }}"',
    '{% x %}',
    '8:15: a value that begins with a template must stand in quotes. Write "{{ … }}" with quotes around it',
  ],
  [
    'a second colon in a line',
    'Describe {{ title }}.',
    'Describe this: {{ title }}',
    '9:15: a second ": " stands on this line. Put the text in quotes, or write it on lines of its own after "|"',
  ],
  ['a quote that is not closed', '"{{ vars.model }}"', '"{{ vars.model }}', '8:14: a text in quotes is not closed'],
  [
    'a list that is not closed',
    '{ model: gpt-4o, limit: 5 }',
    '{ model: gpt-4o, limit: [5 }',
    '2:34: a list that begins with "[" before this place is not closed with "]"',
  ],
  [
    'a key that stands twice',
    'key: id',
    `key: id
key: other`,
    '5:1: the key "key" stands here a second time, after line 4. Keep one of them',
  ],
  [
    'a second document',
    'output:',
    `---
output:`,
    '11:1: a second document begins here ("---"). Keep one pipeline in a file',
  ],
  ['an alias to nothing', 'key: id', 'key: *id', '4:6: no anchor "&id" stands before this alias'],
  [
    'an alias inside what it stands for',
    'limit: 5 }',
    'limit: &l [*l] }',
    '2:35: the alias "*l" stands inside what it stands for',
  ],
  ['an unknown tag', 'key: id', 'key: !env id', '4:6: the tag "!env" is not known'],
  ['an infinite number', 'limit: 5', 'limit: .inf', '2:31: infinite and undefined numbers cannot be used'],
  [
    'a merge of something that is no map',
    '  - id: caption',
    `  - <<: 5
    id: caption`,
    '1:1: merge sources must be maps or map aliases',
  ],
];

it.each(mistakes)('a mistake in the YAML is told with its place: %s', (_, sound, broken, message) => {
  expect(messagesOf({ source: brokenBy(sound, broken) })).toBe(`p.yaml:${message}`);
});
