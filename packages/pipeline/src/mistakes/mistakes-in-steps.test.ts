import { expect, it } from 'vitest';
import { brokenBy, messagesOf } from './captions.ts';
import type { Mistake } from './captions.ts';

const mistakes: Mistake[] = [
  [
    'a key of generate that is not built yet',
    '      into: caption',
    `      into: caption
      candidates: 3`,
    '11:7: steps[0].generate.candidates: unknown key. Allowed here: body, check_urls, endpoint, image, into, max_requests, messages, mode, model, on_truncated, params, parse, prompt, provider, raw_into, remove_when, retry, schema, system',
  ],
  [
    'a mistyped key of generate',
    'model: "',
    'modle: "',
    '8:7: steps[0].generate.modle: unknown key. Did you mean "model"? Allowed here: body, check_urls, endpoint, image, into, max_requests, messages, mode, model, on_truncated, params, parse, prompt, provider, raw_into, remove_when, retry, schema, system',
  ],
  [
    'a transform that is not built yet',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { keyboard-noise: { in: turns } }',
    '7:18: steps[0].transform.keyboard-noise: unknown key. Allowed here: derive, expand, key, normalize',
  ],
  [
    'no model',
    `      model: "{{ vars.model }}"
`,
    '',
    '7:5: steps[0].generate.model: is missing (expected the name of a model, such as gpt-4o-mini). Name one here, or in "defaults" for all steps',
  ],
  [
    'no prompt',
    `      prompt: Describe {{ title }}.
`,
    '',
    '7:5: steps[0].generate: nothing is asked (expected "prompt", "image" or "messages")',
  ],
  [
    'no into',
    `      into: caption
`,
    '',
    '7:5: steps[0].generate.into: is missing (expected a field name, or a map of field name to name in the answer)',
  ],
  [
    'an id with a capital',
    'id: caption',
    'id: Caption 1',
    '6:9: steps[0].id: cannot be used (found "Caption 1"; expected up to 40 lower-case letters, digits, "-" and "_", beginning with a letter)',
  ],
  [
    'generate and transform in one step',
    '      into: caption',
    `      into: caption
    transform: { derive: { a: b } }`,
    '11:5: steps[0].transform: a step has either "generate" or "transform", not both. Make two steps of it',
  ],
  [
    'a step that does nothing',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption
`,
    '',
    '6:5: steps[0]: a step needs "generate" or "transform"',
  ],
  [
    'an id that stands twice',
    'output:',
    `  - id: caption
    transform: { derive: { b: x } }
output:`,
    '11:9: steps[1].id: the id "caption" is already that of steps[0]. Give each step an id of its own',
  ],
  [
    'an unknown filter',
    '{{ title }}',
    '{{ title | upcas }}',
    '9:24: steps[0].generate.prompt: the template cannot be read: unknown filter "upcas". Did you mean "upcase"?',
  ],
  [
    'a template that is not closed',
    '{{ title }}',
    '{{ title',
    '9:24: steps[0].generate.prompt: the template cannot be read: "{{ title." is not closed with "}}"',
  ],
  [
    'a condition in braces',
    '    generate:',
    `    when: "{{ title }}"
    generate:`,
    '7:12: steps[0].when: the condition cannot be read: a condition is a bare expression, without {{ }} or {% %}',
  ],
  [
    'a condition that breaks off',
    '    generate:',
    `    when: title and and
    generate:`,
    '7:21: steps[0].when: the condition cannot be read: unexpected "and", a value expected',
  ],
  [
    'a condition that is no text',
    '    generate:',
    `    when: true
    generate:`,
    '7:11: steps[0].when: cannot be used (found true; expected a condition in text, for example: "score > 3")',
  ],
  [
    'a prompt that is a number',
    'Describe {{ title }}.',
    '5',
    '9:15: steps[0].generate.prompt: cannot be used (found 5; expected a text or template)',
  ],
  [
    'a reserved field',
    'into: caption',
    'into: _key',
    '10:13: steps[0].generate.into: the name "_key" is reserved. Choose another name; reserved are vars, _key, _line, _n, _parent',
  ],
  [
    'a field name with a blank',
    'into: caption',
    'into: the caption',
    '10:13: steps[0].generate.into: this name cannot be used in templates (found "the caption"; expected letters, digits, "_" and "-", beginning with a letter or "_")',
  ],
  [
    'a map without a schema',
    'into: caption',
    'into: { a: b }',
    '10:7: steps[0].generate.into: a map takes values out of an answer in JSON, but there is no "schema" to ask for one. Add "schema" or "parse: json", or name one field for the whole answer',
  ],
  [
    'a name that the schema forbids',
    'into: caption',
    `into: { a: scor }
      schema: { type: object, additionalProperties: false, properties: { score: { type: integer } } }`,
    '10:18: steps[0].generate.into.a: the answer never has "scor". Did you mean "score"? It has: score',
  ],
  [
    'a schema with an unknown type',
    'into: caption',
    `into: caption
      schema: { type: objekt }`,
    '11:7: steps[0].generate.schema: this JSON Schema cannot be used: type is "objekt", and must be one of string, number, integer, boolean, object, array, null',
  ],
  [
    'a schema file that is not there',
    'into: caption',
    `into: caption
      schema: { $file: answer.json }`,
    '11:24: steps[0].generate.schema.$file: the file "answer.json" could not be read. The path is relative to the pipeline file',
  ],
  [
    'an image of nothing',
    'prompt: Describe',
    `image: { detail: high }
      prompt: Describe`,
    '9:14: steps[0].generate.image: an image needs exactly one of "url", "path" and "plot"',
  ],
  [
    'an image of two things',
    'prompt: Describe',
    `image: { url: a, plot: b }
      prompt: Describe`,
    '9:14: steps[0].generate.image: an image needs exactly one of "url", "path" and "plot" (found url, plot)',
  ],
  [
    'a plot of a template',
    'prompt: Describe',
    `image: { plot: "{{ z }}" }
      prompt: Describe`,
    '9:22: steps[0].generate.image.plot: "plot" names a field (found "{{ z }}"; expected the name of a field, without {{ }})',
  ],
  [
    'a plot that is made smaller',
    'prompt: Describe',
    `image: { plot: z, downscale: false }
      prompt: Describe`,
    '9:25: steps[0].generate.image.downscale: "downscale" cannot stand beside "plot". A plot is drawn in the size that its "width" and "height" say',
  ],
  [
    'addresses that are checked by something else',
    'into: caption',
    `into: caption
      check_urls: sometimes`,
    '11:19: steps[0].generate.check_urls: cannot be used (found "sometimes"; expected true or false)',
  ],
  [
    'a whole body and a prompt',
    'prompt: Describe {{ title }}.',
    'body: request',
    '8:7: steps[0].generate.model: "model" cannot stand beside "body". A body is sent as it stands: all that is asked, and of which model, has to stand in it',
  ],
  [
    'messages and a prompt',
    'prompt: Describe',
    `messages: [{ role: user, content: x }]
      prompt: Describe`,
    '10:7: steps[0].generate.prompt: "prompt" cannot stand beside "messages". Use either "messages" or the short form of system, image and prompt',
  ],
  [
    'an unknown role',
    'prompt: Describe {{ title }}.',
    'messages: [{ role: usr, content: x }]',
    '9:26: steps[0].generate.messages[0].role: cannot be used (found "usr"; expected one of system, developer, user, assistant). Did you mean "user"?',
  ],
  [
    'no attempt at all',
    'into: caption',
    `into: caption
      retry: { attempts: 0 }`,
    '11:26: steps[0].generate.retry.attempts: cannot be used (found 0; expected a number of at least 1)',
  ],
  [
    'a key of a provider by its name',
    'into: caption',
    `into: caption
      api_key: abc`,
    '11:7: steps[0].generate.api_key: looks like a key of a provider. No key of a provider ever stands in a pipeline; set the environment variable OPENAI_API_KEY',
  ],
  [
    'a key of a provider by its look',
    '"{{ vars.model }}"',
    'sk-proj-abcDEF123456789012',
    '8:7: steps[0].generate.model: looks like a key of a provider. No key of a provider ever stands in a pipeline; set the environment variable OPENAI_API_KEY',
  ],
  [
    'expand by a word',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { expand: { lang: en } }',
    '7:34: steps[0].transform.expand.lang: cannot be used (found "en"; expected a list, or a template that gives one)',
  ],
  [
    'expand by an empty list',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { expand: { lang: [] } }',
    '7:34: steps[0].transform.expand.lang: the list is empty, so that no row would be left',
  ],
  [
    'expand by nothing',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { expand: {} }',
    '7:18: steps[0].transform.expand: says nothing (found an empty map; expected a field with a list, or "times")',
  ],
  [
    'expand to no copies',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { expand: { times: 0 } }',
    '7:35: steps[0].transform.expand.times: cannot be used (found 0; expected a number of at least 1)',
  ],
  [
    'derive without a template',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { derive: { a: 5 } }',
    '7:31: steps[0].transform.derive.a: cannot be used (found 5; expected a text or template)',
  ],
  [
    'two transforms in one step',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { derive: { a: x }, expand: { times: 2 } }',
    '7:36: steps[0].transform.expand: a transform has one function, not both derive and expand. Make two steps of it',
  ],
  [
    'remove_when after a transform',
    `    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption`,
    '    transform: { derive: { a: x } }\n    remove_when: a',
    '8:5: steps[0].remove_when: "remove_when" belongs to a step with "generate"',
  ],
];

it.each(mistakes)('a mistake in a step is told with its place: %s', (_, sound, broken, message) => {
  expect(messagesOf({ source: brokenBy(sound, broken) })).toBe(`p.yaml:${message}`);
});
