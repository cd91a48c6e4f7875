import { describe, expect, it } from 'vitest';
import { fieldsNeeded, outputFields, readPipeline } from '../index.ts';

const source = `
name: m4-captions
vars: { files: [Weekly-train.csv, Hourly-train.csv], model: gpt-4o, heat: 3 }
source: { format: m4, path: "{{ vars.files }}", info: M4-info.csv, ids: [W1, H2] }
key: "series-{{ series_id }}"
defaults: { mode: live }
steps:
  - id: normalize
    transform: { normalize: { field: series, missing: interpolate, clip: { sigma: "{{ vars.heat }}" }, into: z } }
  - id: caption
    generate:
      model: "{{ vars.model }}"
      params: { temperature: 0.5, max_tokens: 500, seed: 42 }
      messages:
        - { role: system, content: You are an expert in time series analysis. }
        - role: user
          content:
            - text: Describe this {{ frequency }} time series of {{ series | size }} points in detail.
            - image:
                plot: { fields: [z, series], title: "{{ category }}", x_label: "{{ frequency }}", width: 800, format: png }
                detail: high
      into: caption
output:
  - { format: csv, file: m4_captions.csv, columns: { id: _key, caption: caption } }
  - { format: csv, file: m4_series.csv, rows: all, columns: { id: _key, series: z } }
  - dir: qa
    qa: { series: z, answer: caption, time_series_text: "mean {{ normalization.z.mean }}", eos: <|end|> }
    split: { train: 0.8, validation: 0.1, test: 0.1, seed: 42, method: huggingface }
    card: { license: mit }
`;
const compiled = readPipeline({ source });

describe('the pipeline of the time series', () => {
  it('reads several files, joins the table about the series and takes only the ids', () => {
    expect(compiled.source).toEqual({
      format: 'm4',
      paths: ['Weekly-train.csv', 'Hourly-train.csv'],
      joins: [
        {
          path: 'M4-info.csv',
          format: 'csv',
          key: 'M4id',
          on: '{{ series_id }}',
          fields: {
            category: 'category',
            horizon: 'Horizon',
            start_date: 'StartingDate',
            season_length: 'Frequency',
            season_name: 'SP',
          },
          missing: 'null',
        },
      ],
      derive: [],
      keys: ['W1', 'H2'],
    });
  });

  it('fills the options of normalize', () => {
    expect(compiled.stages[0]).toMatchObject({
      transform: {
        name: 'normalize',
        options: {
          field: 'series',
          method: 'zscore',
          missing: 'interpolate',
          infinities: 'missing',
          clip: { sigma: 3 },
          constant: 'zero',
          into: 'z',
        },
      },
    });
  });

  it('asks live and draws several fields into one plot', () => {
    expect(compiled.stages[1]).toMatchObject({
      generate: {
        mode: 'live',
        messages: [
          { role: 'system' },
          {
            role: 'user',
            content: [
              { text: expect.any(String) },
              {
                image: {
                  plot: {
                    fields: ['z', 'series'],
                    title: '{{ category }}',
                    xLabel: '{{ frequency }}',
                    width: 800,
                    format: 'png',
                  },
                  detail: 'high',
                },
              },
            ],
          },
        ],
      },
    });
  });

  it('makes the columns of questions and answers, a card and a split of them', () => {
    expect(compiled.outputs[2]).toEqual({
      format: 'parquet',
      dir: 'qa',
      columns: [
        { name: 'id', field: '_key' },
        { name: 'pre_prompt', template: expect.stringContaining('time series'), strip: true },
        { name: 'time_series', list: [{ field: 'z' }] },
        { name: 'time_series_text', list: [{ template: 'mean {{ normalization.z.mean }}' }], strip: true },
        { name: 'post_prompt', template: expect.stringContaining('time series'), strip: true },
        { name: 'answer', field: 'caption', strip: true, suffix: '<|end|>' },
      ],
      card: { license: 'mit' },
      rows: 'ok',
      split: {
        method: 'huggingface',
        seed: 42,
        shares: [
          { name: 'train', share: 0.8 },
          { name: 'validation', share: 0.1 },
          { name: 'test', share: 0.1 },
        ],
      },
    });
  });

  it('knows what normalize makes, and counts joined fields as those of the source', () => {
    const { source: needed, byStage } = fieldsNeeded(compiled);
    expect(needed.map(({ field }) => field)).toEqual(['series', 'frequency', 'series', 'category']);
    expect(byStage.get('002')).toEqual(['z']);
    expect(outputFields(compiled).made).toEqual(['z', 'normalization', 'caption']);
    expect(outputFields(compiled).source).toEqual([]);
  });
});

const withSource = (extra: object, rest: object = {}) =>
  readPipeline({ source: { name: 'p', source: { path: 'a.csv', ...extra }, key: 'id', steps: [], ...rest } });

describe('what little is said', () => {
  it('joins by the field of the same name, every field, and leaves what is unknown empty', () => {
    expect(withSource({ join: { path: 'b.jsonl', key: 'Series ID' } }).source.joins).toEqual([
      { path: 'b.jsonl', format: 'jsonl', key: 'Series ID', on: '{{ ["Series ID"] }}', missing: 'null' },
    ]);
  });

  it('takes a list of joins, each with its fields by name or as a map', () => {
    const join = [
      { path: 'b.csv', key: 'id', fields: ['series'], missing: null },
      { path: 'c.txt', format: 'csv', key: 'k', on: 'n-{{ id }}', fields: { note: 'text' }, missing: 'reject' },
    ];
    expect(withSource({ join }).source.joins).toMatchObject([
      { on: '{{ id }}', fields: { series: 'series' }, missing: 'null' },
      { format: 'csv', on: 'n-{{ id }}', fields: { note: 'text' }, missing: 'reject' },
    ]);
  });

  it('writes questions and answers into a file too, then without a card', () => {
    const { outputs } = withSource(
      {},
      { output: { file: 'qa.jsonl', qa: { series: 's', answer: '{{ a }}', id: 'x' } } },
    );
    expect(outputs[0]).not.toHaveProperty('card');
    expect(outputs[0]?.columns).toMatchObject([
      { field: 'x' },
      {},
      { list: [{ field: 's' }] },
      {},
      {},
      { template: '{{ a }}' },
    ]);
    expect(outputs[0]?.columns?.at(-1)).not.toHaveProperty('suffix');
  });

  it('gives a folder of questions and answers a card of its own', () => {
    expect(withSource({}, { output: { dir: 'qa', qa: { series: 's', answer: 'a' } } }).outputs[0]?.card).toEqual({});
  });

  it('lets a step ask otherwise than the rest', () => {
    const steps = ['batch', undefined].map((mode, index) => ({
      id: `s${index}`,
      generate: { model: 'm', prompt: 'x', into: 'y', ...(mode === undefined ? {} : { mode }) },
    }));
    const { stages } = withSource({}, { steps, defaults: { mode: 'live' } });
    expect(stages.map((stage) => stage.kind === 'generate' && stage.generate.mode)).toEqual(['batch', 'live']);
  });
});
