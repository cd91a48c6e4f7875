import { readYaml } from '@batchmill/pipeline';
import { expect, test } from 'vitest';
import type { ImportRequest } from './import-config.ts';
import { importText, placesOfChanges } from './import-text.fixture.ts';

type Step = { generate?: Record<string, unknown> };

const stepsOf = (text: string, over: Partial<ImportRequest> = {}): Step[] =>
  (readYaml(importText(text, over).text, 'p.yaml').value as { steps: Step[] }).steps;

test('a configuration becomes a pipeline that says what is not as it was', () => {
  const { text, changes } = importText(`model: gpt-4o-mini
api_key: "..."
clean_pii:
  system: |
    You clean captions.
  user: |
    Caption: {caption}
  is_multimodal: false
  response_key: cleaned_caption
caption_images:
  system: You describe images.
  user: "Existing: {cleaned_caption}"
  response_key: generated_caption
`);
  expect(text).toBe(`# Made from config.yaml by \`batchmill import-config\`, which says what is not as it was.
# No key stands here: set OPENAI_API_KEY.
# See the exact requests and the cost: batchmill preview FILE

name: config

source:
  format: json
  path: images.json

key: image_path

max_invalid: 5%

defaults:
  model: gpt-4o-mini
  max_requests: 1000

steps:
  - id: clean_pii
    when: not generated_caption contains "REMOVE_IMAGE"
    generate:
      system: You clean captions.
      prompt: |
        Caption: {{ caption }}
      into: cleaned_caption

  - id: caption_images
    when: not generated_caption contains "REMOVE_IMAGE"
    generate:
      system: You describe images.
      image:
        url: "{{ image_url }}"
      prompt: "Existing: {{ cleaned_caption }}"
      into: generated_caption
    # Such rows end here. They stay in the output, which has all rows, and are counted in the report.
    remove_when: generated_caption contains "REMOVE_IMAGE"

output:
  format: json
  file: images.json
  rows: all
`);
  expect(changes.map(({ code }) => code)).toEqual([
    'api-key',
    ...['all-steps', 'output', 'unique-key', 'names', 'missing', 'null', 'values', 'answers', 'removed'],
  ]);
});

const TURNS =
  '{% for t in dialogue %}question_{{ forloop.index0 }}: {{ t.question }}\nanswer_{{ forloop.index0 }}: {{ t.answer }}\n{% endfor %}';

test('a question and the next answer are a dialogue, and what is in the data already goes before it', () => {
  const [, step, later] = stepsOf(
    `model: m
ask: { system: s, user: "{caption}", response_key: new_question }
filter: { system: s, user: "{dialogue_history}" }
answer: { system: s, user: "{dialog_history}", response_key: answer }
later: { system: s, user: "{dialogue_history}" }
`,
    { rounds: 3 },
  );
  expect(step).toMatchObject({
    id: 'dialogue',
    when: 'not generated_caption contains "REMOVE_IMAGE"',
    repeat: { times: 3, into: 'dialogue', from: 'question_and_answers' },
    steps: [
      { id: 'ask', generate: { into: 'question' } },
      {
        id: 'answer',
        generate: { prompt: `${TURNS}question_{{ dialogue.size }}: {{ question }}\n`, into: 'answer' },
      },
    ],
  });
  expect(later?.generate?.['prompt']).toBe(`{% if dialogue %}${TURNS}{% else %}{{ dialogue_history }}{% endif %}`);
});

test.each([
  ['yes', true],
  ['On', true],
  ['no', false],
  ['OFF', false],
  ['true', true],
  ['false', false],
])('is_multimodal: %s is what it was to the old reader', (word, hasImage) => {
  const [step] = stepsOf(`model: m\na: { system: s, user: u, is_multimodal: ${word} }\n`);
  expect(Object.hasOwn(step?.generate ?? {}, 'image')).toBe(hasImage);
});

test.each([
  ['no response key', 'a: { system: s, user: u }', '2:1 no-response-key'],
  ['a key that had no effect', 'a: { system: s, user: u, response_key: r, temperature: 1 }', '2:43 ignored-key'],
  ['a setting that had no effect', 'temperature: 1\na: { system: s, user: u, response_key: r }', '2:1 ignored-key'],
  ['a name that is no id', 'Ask Me!: { system: s, user: u, response_key: r }', '2:1 step-id'],
  ['a question without an answer', 'q: { system: s, user: u, response_key: question }', '2:1 no-dialogue'],
  ['an answer without a question', 'q: { system: s, user: u, response_key: answer_quality }', '2:1 no-dialogue'],
  [
    'an image in spite of the file',
    'questions: { system: s, user: u, response_key: r, is_multimodal: false }',
    '2:51 always-image',
  ],
  ['a member of a map', 'a: { system: s, user: "{b.c}", response_key: r }', '2:24 member'],
  ['a member that Liquid counts', 'a: { system: s, user: "{b[size]}", response_key: r }', '2:24 member'],
  ['a letter of a text', 'a: { system: s, user: "x {b[0]}", response_key: r }', '2:26 member'],
  ['a text that is cut', 'a: { system: s, user: "{b:.100}", response_key: r }', '2:24 cut-text'],
  ['JSON in the prompt', 'a: { system: s, user: "{{\'a\': 1}}", response_key: r }', '2:1 json-answer'],
  ['an empty prompt', 'a: { system: s, user: "", response_key: r }', '2:4 empty-text'],
  [
    'white space at an end that is a value',
    'question: { system: s, user: "{context}", response_key: r }',
    '2:30 strip',
  ],
])('%s is said with its place', (_what, steps, place) => {
  expect(placesOfChanges(importText(`model: m\n${steps}\n`))).toContain(place);
});

test('steps that write the same field, and one that uses what is made after it, are said', () => {
  const imported = importText(`model: m
a: { system: s, user: "{c}", response_key: b }
c: { system: s, user: "{{\\"x\\": 1}}" }
d: { system: s, user: "{c} {c[x]}", response_key: b }
`);
  expect(placesOfChanges(imported)).toEqual(
    expect.arrayContaining(['2:1 made-later', '4:1 same-field', '4:24 json-in-text']),
  );
  expect(imported.text).toContain('{{ c | json }} {{ c.x }}');
});

test('both spellings of the history are the history', () => {
  const dialogue = (field: string): string =>
    importText(
      `model: m\nquestion: { system: s, user: "{${field}}.", response_key: question }\nanswer: { system: s, user: "{${field}}", response_key: answer }\n`,
    ).text;
  expect(dialogue('dialog_history')).toBe(dialogue('dialogue_history'));
});

test('ids are valid and different, whatever steps are called', () => {
  const names = ['Über', '1st', 'a b', 'a-b', '---', 'dialogue', 'x'.repeat(60), 'X'.repeat(60)];
  const steps = names.map((name) => `${JSON.stringify(name)}: { system: s, user: u }\n`);
  const turns = 'question: { system: s, user: u }\nanswer: { system: s, user: u }\n';
  const ids = importText(`model: m\n${steps.join('')}${turns}`).steps.map(({ id }) => id);
  expect(new Set(ids).size).toBe(names.length + 2);
  expect(ids.filter((id) => !/^[a-z][a-z0-9_-]{0,39}$/.test(id))).toEqual([]);
});

test('a second dialogue goes on with the turns of the first', () => {
  const [, second] = stepsOf(
    'model: m\nquestion: { system: s, user: u }\nanswer: { system: s, user: u }\nquestion2: { system: s, user: u }\nanswer2: { system: s, user: u }\n',
    { rounds: 2 },
  );
  expect(second).toMatchObject({
    repeat: { times: 4, into: 'dialogue' },
    steps: [{ id: 'question2' }, { id: 'answer2' }],
  });
});

test('the turns do not take the place of a field that a prompt names', () => {
  const { text } = importText(
    'model: m\nquestion: { system: s, user: u }\nanswer: { system: s, user: "{dialogue}{dialogue_history}" }\n',
  );
  expect(text).toContain('into: dialogue_turns');
  expect(text).toContain('{{ dialogue }}{% for t in dialogue_turns %}');
});

test('steps come in the order in which they are named', () => {
  const text = 'model: m\na: { system: s, user: u }\nb: { system: s, user: u }\nc: { system: s, user: u }\n';
  expect(importText(text, { steps: ['c', 'a'] }).steps.map(({ id }) => id)).toEqual(['c', 'a']);
});
