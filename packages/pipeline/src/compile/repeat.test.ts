import { checkCondition } from '@batchmill/templates';
import { describe, expect, test } from 'vitest';
import { messagesOf } from '../mistakes/captions.ts';
import { readPipeline } from '../read-pipeline.ts';
import { fieldsNeeded } from './fields-needed.ts';

const question = { id: 'question', generate: { prompt: '{{ cleaned }} {{ dialogue | size }}', into: 'question' } };
const answer = { id: 'answer', when: 'question != blank', generate: { prompt: '{{ question }}', into: 'answer' } };
const rounds = { when: 'cleaned', repeat: { times: 3, into: 'dialogue' }, steps: [question, answer] };

const pipeline = {
  name: 'p',
  source: { path: 'images.json' },
  key: 'image_path',
  defaults: { model: 'm' },
  steps: [
    { id: 'clean', generate: { prompt: '{{ caption }}', into: 'cleaned' }, remove_when: 'cleaned contains "X"' },
    rounds,
    { id: 'judge', generate: { prompt: '{{ dialogue | json }}', into: 'verdict' } },
  ],
} as const;

describe('a repeat', () => {
  test('gives its steps once for each round, numbered on', () => {
    const { stages } = readPipeline({ source: pipeline });
    expect(stages.map(({ number, step, round }) => [number, step, round?.number])).toEqual([
      ['001', 'clean', undefined],
      ['002', 'question', 1],
      ['003', 'answer', 1],
      ['004', 'question', 2],
      ['005', 'answer', 2],
      ['006', 'question', 3],
      ['007', 'answer', 3],
      ['008', 'judge', undefined],
    ]);
    expect(stages[2]).toMatchObject({
      when: '(true and cleaned) and (true and question != blank)',
      round: {
        number: 1,
        times: 3,
        into: 'dialogue',
        from: 'dialogue',
        fields: ['question', 'answer'],
        before: ['question'],
        opens: false,
        closes: true,
        onFailure: 'keep',
      },
    });
  });

  test('takes its number of rounds from a variable', () => {
    const source = {
      ...pipeline,
      vars: { n: 2 },
      steps: [{ ...rounds, repeat: { times: '{{ vars.n }}', into: 'd' } }],
    };
    expect(readPipeline({ source, variables: { n: 5 } }).stages).toHaveLength(10);
  });

  test('has steps that can be set by their ids', () => {
    const set = { 'steps.answer.generate.model': 'big', 'steps.dialogue.repeat.times': 1 };
    const named = { ...pipeline, steps: [{ ...rounds, id: 'dialogue' }] };
    const { stages } = readPipeline({ source: named, set });
    expect(stages.map((stage) => stage.kind === 'generate' && stage.generate.model)).toEqual(['m', 'big']);
  });

  test('gives a row its turns, and takes the fields of the last one away', () => {
    const { source, byStage } = fieldsNeeded(readPipeline({ source: pipeline }));
    expect(source.map(({ field }) => field)).toEqual(['caption']);
    expect(byStage.get('008')).toEqual(['dialogue']);
    const later = [...pipeline.steps, { id: 'late', generate: { prompt: '{{ answer }}', into: 'x' } }];
    const needed = fieldsNeeded(readPipeline({ source: { ...pipeline, steps: later } })).source;
    expect(needed).toContainEqual({ field: 'answer', path: 'steps[8].generate' });
  });
});

describe('one step', () => {
  const only = (step: string) => readPipeline({ source: pipeline, set: { only: step } });

  test('runs by itself, keeps all rows and fields, and leaves alone what was removed before', () => {
    const { stages, outputs } = only('judge');
    expect(stages).toMatchObject([{ number: '001', step: 'judge', when: '(true and cleaned contains "X") == false' }]);
    expect(outputs).toEqual([{ format: 'json', file: 'images.json', rows: 'all' }]);
    expect(only('clean').stages[0]?.when).toBeUndefined();
  });

  test('of a repeat takes whichever turn is next', () => {
    const [stage, ...others] = only('answer').stages;
    expect(others).toEqual([]);
    expect(stage?.round).toMatchObject({ opens: true, closes: true, before: ['question'], times: 3 });
    expect(stage?.round?.number).toBeUndefined();
  });

  test('may be a whole repeat, by its id or the field of its turns', () => {
    const numbers = ['001', '002', '003', '004', '005', '006'];
    expect(only('dialogue').stages.map(({ number }) => number)).toEqual(numbers);
    const named = { ...pipeline, steps: [{ ...rounds, id: 'talk' }] };
    expect(readPipeline({ source: named, set: { only: 'talk' } }).stages.map(({ number }) => number)).toEqual(numbers);
  });

  test('may have a condition that begins with "not", also beside those of the steps before', () => {
    const steps = pipeline.steps.map((step) => ({ ...step, when: 'not skipped' }));
    for (const step of ['clean', 'question', 'judge']) {
      const { stages } = readPipeline({ source: { ...pipeline, steps }, set: { only: step } });
      expect(checkCondition(stages[0]?.when ?? '')).toEqual([]);
    }
  });

  test('writes turns as the outputs of the whole pipeline have them, so that they can be read again', () => {
    const output = [{ file: 'a.jsonl', turns_as_map: { dialogue: 'questions' } }, { file: 'b.jsonl' }];
    const { outputs } = readPipeline({ source: { ...pipeline, output }, set: { only: 'dialogue' } });
    expect(outputs).toEqual([
      { format: 'json', file: 'images.json', rows: 'all', turnsAsMap: { dialogue: 'questions' } },
    ]);
    // rows that come to it need not have turns
    const before = readPipeline({ source: { ...pipeline, output }, set: { only: 'clean' } });
    expect(before.outputs).toEqual([{ format: 'json', file: 'images.json', rows: 'all' }]);
  });

  test('reads turns again in the form in which they were written', () => {
    const output = { file: 'a.json', turns_as_map: { dialogue: 'questions' } };
    const read = readPipeline({ source: { ...pipeline, output }, set: { only: 'question' } });
    expect(read.stages[0]?.round?.from).toBe('questions');
    const set = { only: 'question', 'steps[1].repeat.from': 'mine' };
    expect(readPipeline({ source: { ...pipeline, output }, set }).stages[0]?.round?.from).toBe('mine');
  });

  test('that is not there is told with those that are', () => {
    expect(messagesOf({ source: pipeline, set: { only: 'jugde' } })).toContain(
      'there is no step "jugde". Did you mean "judge"? The steps are: clean, dialogue, question, answer, judge',
    );
  });
});

describe('a mistake in a repeat is told with its place', () => {
  const told = (steps: object[]) => messagesOf({ source: { ...pipeline, steps } });
  test.each([
    [
      'no steps',
      { repeat: { times: 3, into: 'd' } },
      'steps[0].steps: is missing (expected a list of steps, which each round takes)',
    ],
    ['no rounds', { repeat: { times: 0, into: 'd' }, steps: [question] }, 'steps[0].repeat.times: cannot be used'],
    [
      'a repeat in a repeat',
      { repeat: { times: 2, into: 'd' }, steps: [{ id: 'x', repeat: { times: 2, into: 'e' }, steps: [question] }] },
      'steps[0].steps[0].repeat',
    ],
    [
      'rows multiplied in a round',
      { repeat: { times: 2, into: 'd' }, steps: [{ id: 'x', transform: { expand: { times: 2 } } }] },
      'steps[0].steps[0].transform.expand: rows cannot be multiplied while rounds are repeated',
    ],
    [
      'another key in a round',
      { repeat: { times: 2, into: 'd' }, steps: [{ id: 'x', key: 'a', transform: { derive: { a: 'b' } } }] },
      'steps[0].steps[0].key: a row keeps its key while rounds are repeated',
    ],
    [
      'turns in a field of the turn',
      { repeat: { times: 2, into: 'question' }, steps: [question] },
      'steps[0].repeat.into: the turns cannot go into "question", which a step of the turn makes',
    ],
    [
      'a question at the repeat itself',
      { ...rounds, generate: { prompt: 'x', into: 'y' } },
      'steps[0].generate: "generate" belongs to a step, and this is a "repeat" with steps of its own',
    ],
    [
      'an id that stands twice',
      { repeat: { times: 2, into: 'd' }, steps: [question, question] },
      'steps[0].steps[1].id: the id "question" is already that of steps[0].steps[0]',
    ],
    [
      'a step without an id',
      { generate: { prompt: 'x', into: 'y' } },
      'steps[0].id: is missing (expected a name for the step)',
    ],
  ])('%s', (_name, step, message) => {
    expect(told([step])).toContain(message);
  });

  test('too many stages', () => {
    const steps = Array.from({ length: 6 }, (_, index) => ({
      repeat: { times: 100, into: `d${index}` },
      steps: [
        { ...question, id: `q${index}` },
        { ...answer, id: `a${index}` },
      ],
    }));
    expect(told(steps)).toContain('steps: the steps and their rounds make 1200 stages; there can be 999');
  });
});

describe('how an answer is read', () => {
  const generate = (more: object) => ({
    source: { ...pipeline, steps: [{ id: 'a', generate: { prompt: 'x', into: 'y', ...more } }] },
  });

  test('is kept in the compiled step', () => {
    const { stages } = readPipeline(generate({ parse: 'json', raw_into: 'raw', into: { score: 'score' } }));
    expect(stages[0]).toMatchObject({ generate: { parse: 'json', rawInto: 'raw', into: { score: 'score' } } });
  });

  test('is refused where it contradicts itself', () => {
    expect(messagesOf(generate({ raw_into: 'raw' }))).toContain('Add "parse: json"');
    expect(messagesOf(generate({ parse: 'text', schema: { type: 'object' } }))).toContain(
      'an answer with a "schema" is read as JSON',
    );
  });
});
