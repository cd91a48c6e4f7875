import { expect, test } from 'vitest';
import { readIdPattern } from './id-pattern.ts';
import { plainName } from './plain-name.ts';
import { requestsName, requestsStem } from './request-names.ts';

test.each([
  ['m4-captions', 'caption', 'm4_caption_requests'],
  ['two-steps', 'tell', 'two_steps_tell_requests'],
  ['answers', 'answer', 'answer_requests'],
  ['image dialogues', 'clean_pii', 'image_dialogues_clean_pii_requests'],
  ['gas', 'ga', 'ga_requests'],
])('the requests of pipeline %s and step %s are called %s', (pipeline, step, stem) => {
  expect(requestsStem(pipeline, step)).toBe(stem);
});

test('one file of requests has no number, several are counted', () => {
  expect(requestsName('a_requests', 1, 1)).toBe('a_requests.jsonl');
  expect([1, 2].map((number) => requestsName('a_requests', number, 2))).toEqual([
    'a_requests_1.jsonl',
    'a_requests_2.jsonl',
  ]);
});

test('the parts of an id become fields, each as short as it can be but the last', () => {
  const pattern = readIdPattern('{lang}_{template}_{time}');
  expect(pattern.fields).toEqual(['lang', 'template', 'time']);
  expect(pattern.take('en-GB_3_1718')).toEqual({ lang: 'en-GB', template: '3', time: '1718' });
  expect(pattern.take('en_3_17_18')).toEqual({ lang: 'en', template: '3', time: '17_18' });
  expect(pattern.take('en_3')).toBeNull();
  expect(pattern.take('__')).toBeNull();
});

test('what stands around the parts is taken as it stands', () => {
  const pattern = readIdPattern('task.(1)-{cluster}-{line}?');
  expect(pattern.take('task.(1)-7-12?')).toEqual({ cluster: '7', line: '12' });
  expect(pattern.take('taskx(1)-7-12?')).toBeNull();
});

test.each([
  ['', 'names each part in braces'],
  ['no parts', 'names each part in braces'],
  ['{a', 'names each part in braces'],
  ['{a}_{b}}', 'names each part in braces'],
  ['{a b}', 'names each part in braces'],
  ['{a}{b}', 'nothing stands between two parts'],
  ['{a}_{a}', 'names {a} twice'],
])('"%s" is refused: %s', (text, message) => {
  expect(() => readIdPattern(text)).toThrow(message);
});

test('a file gives its name to a pipeline', () => {
  expect(plainName('my data (1).csv')).toBe('my-data-1-');
  expect(plainName('.hidden')).toBe('hidden');
  expect(plainName('…')).toBe('results');
});
