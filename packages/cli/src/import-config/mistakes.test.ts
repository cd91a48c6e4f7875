import { expect, test } from 'vitest';
import { importText, refusalOf } from './import-text.fixture.ts';

test.each([
  ['an empty file', '', '1:1: the file is empty. Give the configuration of the old scripts'],
  ['a file of comments', '# nothing\n', '1:1: the file is empty. Give the configuration of the old scripts'],
  ['a list', '- a\n- b\n', '1:1: this is no configuration of the old scripts (found a list of 2; expected a map'],
  ['a text', 'model\n', '1:1: this is no configuration of the old scripts (found "model"; expected a map'],
  ['no YAML', 'model: [m\n', '2:1: a list that begins with "[" before this place is not closed with "]"'],
  ['tabs', '\tmodel: m\n', '1:1: a tab is used to indent. Indent with spaces'],
  ['two documents', 'model: m\n---\nmodel: n\n', '2:1: a second document begins here'],
  ['no step', 'model: m\n', '1:1: there is no step (expected a map'],
  ['a pipeline', 'name: p\nsource: { path: a }\nsteps: []\n', 'It needs no import: `batchmill preview FILE`'],
  [
    'a line break of old YAML',
    'model: m\na: { system: x, user: "b\u2028" }\n',
    '2:25: a character stands here (U+0085',
  ],
])('%s is refused with its place and what to do', (_what, text, message) => {
  const [first = '', ...more] = refusalOf(text);
  expect(first).toContain(message.startsWith('It') ? message : `config.yaml:${message}`);
  expect(more).toEqual([]);
});

test('all mistakes of a file are told at once, each with line, column and what to do', () => {
  const text = `modle: gpt
clean:
  system: Clean.
  usr: "x"
  response_key: 7
caption:
  system: [1]
  user: {caption}
  is_multimodal: "no"
  response_key: generated caption
ask_question:
  system: s
  user: |
    One {caption}, {0}, {} and
      {context!r} {dialogue_history:>10}
empty:
answer:
  system: s
  user: 'Reply {"a": 1}, { b } {x:.2f} {a[-1]} {b.__class__} {vars} }'
answer:
  system: s
  user: 'a {b'
`;
  expect(refusalOf(text).map((line) => line.replace(/^config.yaml:/, ''))).toEqual([
    expect.stringMatching(/^1:1: modle: unknown key. Did you mean "model"\? Allowed here: model, api_key$/),
    expect.stringMatching(/^4:3: clean.usr: unknown key. Did you mean "user"\?/),
    expect.stringMatching(/^5:17: clean.response_key: cannot be used \(found 7; expected the name of a field\)/),
    expect.stringMatching(/^7:11: caption.system: cannot be used \(found a list of 1; expected text\)/),
    expect.stringMatching(
      /^8:9: caption.user: cannot be used \(found a map .* A text that begins with "\{" stands in quotes/,
    ),
    expect.stringMatching(/^9:18: caption.is_multimodal: .*expected true or false, without quotes/),
    expect.stringMatching(/^10:17: caption.response_key: this name cannot be used in templates/),
    expect.stringMatching(/^14:9: ask_question.user: \{caption\} has no value here/),
    expect.stringMatching(/^14:20: ask_question.user: "0" is no name of a field/),
    expect.stringMatching(/^14:25: ask_question.user: a placeholder names no field/),
    expect.stringMatching(/^15:7: ask_question.user: "!r" writes a value as Python does/),
    expect.stringMatching(/^15:19: ask_question.user: the format ":>10" cannot be translated/),
    expect.stringMatching(/^16:1: empty.system: is missing/),
    expect.stringMatching(/^16:1: empty.user: is missing/),
    expect.stringMatching(/^20:1: the key "answer" stands here a second time, after line 17/),
    expect.stringMatching(/^22:12: answer.user: a "\{" is not closed. Braces that are meant as such are doubled/),
  ]);
});

test.each([
  [
    '{"a": 1}',
    'is read as the name of a field. Name a field, as in {caption}. Braces that are meant as such are doubled',
  ],
  ["{'a': 1}", 'is read as the name of a field'],
  ['{\n  b }', 'is read as the name of a field'],
  ['{ b }', 'white space belongs to the name in "{ b }". Write {b}'],
  ['{b:.2f}', 'the format ":.2f" cannot be translated'],
  ['{b:{c}}', 'the format ":{c}" cannot be translated'],
  ['{b!a}', '"!a" writes a value as Python does in a program'],
  ['{b!x}', '"!x" is unknown to str.format'],
  ['{b[-1]}', 'In the pipeline, {{ field | last }} gives the last element'],
  ['{b.__class__}', '"__class__" is a thing of Python'],
  ['{vars}', 'the name "vars" is reserved'],
  ['{_key}', 'the name "_key" is reserved'],
  ['b}', 'a single "}" closes nothing'],
])('a prompt with %s is refused', (prompt, message) => {
  const text = `model: m\na:\n  system: s\n  user: ${JSON.stringify(prompt)}\n`;
  expect(refusalOf(text)).toEqual([expect.stringMatching(/^config.yaml:4:\d+: a.user: /)]);
  expect(refusalOf(text)[0]).toContain(message);
});

test('steps that are not wanted are not looked at, and one that is not there is told', () => {
  const text = 'model: m\na: { system: x, user: "{b}" }\nbad: { system: x, user: "{" }\n';
  expect(importText(text, { steps: ['a'] }).steps.map(({ id }) => id)).toEqual(['a']);
  expect(refusalOf(text, { steps: ['a', 'bat'] })).toEqual([
    'there is no step "bat". Did you mean "bad"? There are: a, bad',
  ]);
});

test('a text without a word, with an image or without', () => {
  expect(refusalOf('model: m\na: { system: x, user: "", is_multimodal: false }\n')).toEqual([
    'config.yaml:2:23: a.user: asks nothing (found an empty text; expected text)',
  ]);
  expect(importText('model: m\na: { system: x, user: "" }\n').text).not.toContain('prompt');
});

const KEY = 'hunter2-and-more';
const PROVIDER_KEY = 'sk-proj-abcDEF1234567890abcd';

test.each([
  [
    'in a system text',
    `api_key: ${KEY}\na: { system: "say ${KEY}", user: b }`,
    '3:14: a.system: a key of a provider stands in it',
  ],
  ['in a prompt', `a: { system: x, user: "say ${PROVIDER_KEY}" }`, '2:23: a.user: a key of a provider stands in it'],
  ['as the model', `model: ${PROVIDER_KEY}\na: { system: x, user: b }`, 'model: a key of a provider stands in it'],
  [
    'as a field',
    `api_key: ${KEY}\na: { system: x, user: b, response_key: ${KEY} }`,
    'response_key: a key of a provider',
  ],
  ['as a step', `${PROVIDER_KEY}: { system: x, user: b }`, '(hidden): the name of this step looks like a key'],
  ['by alias', `api_key: &k ${KEY}\na: { system: *k, user: b }`, '3:14: a.system: a key of a provider stands in it'],
  [
    'in a placeholder',
    `api_key: ${KEY}\na: { system: x, user: "{${KEY}:>9}" }`,
    'a.user: a key of a provider stands in it',
  ],
])('a key %s is refused and never shown', (_where, text, message) => {
  const config = text.startsWith('model') ? text : `model: m\n${text}`;
  const refusal = refusalOf(`${config}\n`).join('\n');
  expect(refusal).toContain(message);
  expect(refusal).not.toContain(KEY);
  expect(refusal).not.toContain(PROVIDER_KEY);
});

test('a key is never copied or told, whatever it is called and wherever it stands', () => {
  const text = `model: m
api_key: "${KEY}"
openai_api_key: ${KEY}2
token: ${PROVIDER_KEY}
a:
  system: x
  user: b
  api_key: ${KEY}3
  password: ${KEY}4
${PROVIDER_KEY.toLowerCase().replaceAll(/\d/g, '')}: ignored
`;
  const imported = importText(text);
  expect(imported.changes.filter(({ code }) => code === 'api-key').map(({ place }) => place?.path)).toEqual([
    'api_key',
    'openai_api_key',
    'token',
    'a.api_key',
  ]);
  expect(JSON.stringify(imported)).not.toContain('hunter2');
  expect(JSON.stringify(imported)).not.toContain(PROVIDER_KEY);
  expect(JSON.stringify(imported.changes)).toContain('OPENAI_API_KEY');
});
