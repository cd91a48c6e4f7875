import { compiledPipelineSchema, InputError } from '@batchmill/contracts';
import { describe, expect, it } from 'vitest';
import { definePipeline, readPipeline } from './index.ts';
import { captions, messagesOf } from './mistakes/captions.ts';

const generated = (source: string | object, index = 0) => {
  const stage = readPipeline({ source }).stages[index];
  if (stage?.kind !== 'generate') throw new Error('no generate stage');
  return stage.generate;
};

const withStep = (step: object, rest: object = {}) => ({
  name: 'p',
  source: { path: 'rows.csv' },
  key: 'id',
  steps: [step],
  ...rest,
});

describe('what a pipeline compiles to', () => {
  it('is what the contracts say, with the defaults filled in', () => {
    const compiled = readPipeline({ source: captions });
    expect(compiledPipelineSchema.parse(compiled)).toEqual({
      v: 1,
      name: 'captions',
      vars: { model: 'gpt-4o', limit: 5 },
      source: { format: 'csv', paths: ['rows.csv'], derive: [] },
      key: '{{ id }}',
      maxInvalid: 0.05,
      shardRows: 'auto',
      stages: [
        {
          number: '001',
          step: 'caption',
          kind: 'generate',
          generate: {
            provider: 'openai',
            endpoint: '/v1/chat/completions',
            model: 'gpt-4o',
            params: {},
            messages: [{ role: 'user', content: 'Describe {{ title }}.' }],
            into: 'caption',
            retryAttempts: 3,
          },
        },
      ],
      outputs: [{ format: 'csv', file: 'captions.csv', rows: 'ok' }],
    });
  });

  it('is the same from YAML, JSON and TypeScript', () => {
    const object = definePipeline({
      name: 'p',
      vars: { limit: 3 },
      source: { path: 'rows.jsonl', limit: '{{ vars.limit }}' },
      key: 'Series ID',
      steps: [{ id: 'a', transform: { derive: { b: '{{ c }}' } } }],
    });
    const fromObject = readPipeline({ source: object });
    expect(readPipeline({ source: JSON.stringify(object, null, '\t') })).toEqual(fromObject);
    expect(fromObject).toMatchObject({
      key: '{{ ["Series ID"] }}',
      source: { format: 'jsonl', limit: 3 },
      outputs: [{ format: 'jsonl', file: 'p.jsonl' }],
    });
  });

  it('lays defaults under each generate, maps key by key', () => {
    const source = withStep(
      { id: 'a', generate: { prompt: 'x', into: 'y', params: { temperature: null, top_p: 1 } } },
      { defaults: { model: 'm', system: 'Be brief.', params: { temperature: 0.5, seed: 1 }, retry: { attempts: 5 } } },
    );
    expect(generated(source)).toMatchObject({
      model: 'm',
      params: { temperature: null, seed: 1, top_p: 1 },
      retryAttempts: 5,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'x' },
      ],
    });
  });

  it('puts no default system message beside one of the step', () => {
    const messages = [
      { role: 'system', content: 'Mine.' },
      { role: 'user', content: 'x' },
    ];
    const source = withStep(
      { id: 'a', generate: { messages, into: 'y' } },
      { defaults: { model: 'm', system: 'Other.' } },
    );
    expect(generated(source).messages).toEqual(messages);
  });

  it('puts the image before the text in the short form', () => {
    const source = withStep({ id: 'a', generate: { model: 'm', image: { url: '{{ u }}' }, prompt: 'x', into: 'y' } });
    expect(generated(source).messages).toEqual([
      { role: 'user', content: [{ image: { url: '{{ u }}' } }, { text: 'x' }] },
    ]);
  });

  it('numbers stages in order and takes remove_when and key at the step or inside', () => {
    const generate = { model: 'm', prompt: 'x', into: 'y' };
    const { stages } = readPipeline({
      source: {
        ...withStep({ id: 'a', generate, remove_when: 'y == "no"', when: 'x' }),
        steps: [
          { id: 'a', generate, remove_when: 'y == "no"', when: 'x' },
          { id: 'b', generate: { ...generate, remove_when: 'y == "no"' } },
          { id: 'c', transform: { expand: { lang: ['en', 'fr'], times: 2 }, key: '{{ _key }}-{{ lang }}-{{ _n }}' } },
        ],
      },
    });
    expect(stages).toMatchObject([
      { number: '001', step: 'a', when: 'x', removeWhen: 'y == "no"' },
      { number: '002', step: 'b', removeWhen: 'y == "no"' },
      {
        number: '003',
        transform: { name: 'expand', options: { lang: ['en', 'fr'], times: 2 } },
        key: '{{ _key }}-{{ lang }}-{{ _n }}',
      },
    ]);
  });

  it.each([
    ['5%', 0.05],
    ['12.5 %', 0.125],
    [0.2, 0.2],
    [0, 0],
  ])('reads max_invalid %j as a share', (share, expected) => {
    expect(readPipeline({ source: { ...withStep({}), steps: [], max_invalid: share } }).maxInvalid).toBeCloseTo(
      expected,
    );
  });
});

it('reports every mistake at once, in the order of the file', () => {
  const source = captions
    .replace('format: csv,', 'format: cvs,')
    .replace('key: id', 'kye: id')
    .replace('title }}', 'title | upcas }}')
    .replace('into: caption', 'into: _key')
    .replace('file: captions', 'file: ../captions');
  const lines = messagesOf({ source }).split('\n');
  expect(lines.map((line) => /^p\.yaml:(\d+:\d+): ([\w[\].]+): /.exec(line)?.slice(1))).toEqual([
    ['3:19', 'source.format'],
    ['4:1', 'kye'],
    ['9:24', 'steps[0].generate.prompt'],
    ['10:13', 'steps[0].generate.into'],
    ['11:30', 'output.file'],
  ]);
});

it('gives each problem as data', () => {
  try {
    readPipeline({ source: captions.replace('format: csv,', 'format: cvs,'), file: 'p.yaml' });
    expect.unreachable();
  } catch (error) {
    expect((error as InputError).problems).toEqual([
      {
        code: 'wrong-value',
        message: 'cannot be used',
        place: { file: 'p.yaml', line: 3, column: 19, path: 'source.format' },
        found: '"cvs"',
        expected: 'one of csv, json, jsonl, parquet, m4',
        remedy: 'Did you mean "csv"?',
      },
    ]);
  }
});

it('never repeats a key of a provider', () => {
  const key = 'sk-proj-abcDEF123456789012';
  const source = captions
    .replace('format: csv, path', `format: ${key}, ${key}: 1, path`)
    .replace('id: caption', `id: "${key}"`);
  expect(messagesOf({ source, variables: { [key]: key } })).not.toContain('abcDEF');
});
