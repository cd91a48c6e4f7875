import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDocument } from '../read/document.ts';
import { definePipeline, writePipeline } from '../index.ts';

const pipelineOf = (prompt: string) =>
  definePipeline({
    name: 'one',
    source: { path: 'a.json' },
    key: 'id',
    steps: [{ id: 'ask', generate: { model: 'm', prompt, into: 'answer' } }],
  });

test('what is read is what was written, whatever stands in a text', () => {
  const pieces = fc.constantFrom(
    ' ',
    '\n',
    '\t',
    '\r',
    '  \n',
    '# no comment',
    ': ',
    '- ',
    '"',
    "'",
    '|',
    '---\n',
    '{{',
  );
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(pieces, fc.string())).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const pipeline = pipelineOf(text);
      expect(readDocument(writePipeline(pipeline, [text], [{ path: ['steps', 0], lines: [text] }])).value).toEqual(
        pipeline,
      );
    }),
    { numRuns: 2000 },
  );
});

test('comments stand above what they speak of, and parts are set apart', () => {
  const text = writePipeline(
    pipelineOf('One.\n  Two.\n'),
    ['Made for a test.'],
    [
      { path: ['steps', 0], lines: ['The only step.', 'It asks.'] },
      { path: ['steps', 0, 'generate', 'prompt'], lines: ['The question.'] },
      { path: ['nowhere', 3], lines: ['Lost.'] },
    ],
  );
  expect(text).toBe(`# Made for a test.

name: one

source:
  path: a.json

key: id

steps:
  # The only step.
  # It asks.
  - id: ask
    generate:
      model: m
      # The question.
      prompt: |
        One.
          Two.
      into: answer
`);
});
