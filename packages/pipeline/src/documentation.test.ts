import { readFileSync } from 'node:fs';
import { compiledPipelineSchema } from '@batchmill/contracts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { messagesOf } from './mistakes/captions.ts';
import { readPipeline } from './read-pipeline.ts';

const page = readFileSync(new URL('../../../docs/pipelines.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);

/** What an example leaves out. */
const rest = {
  name: 'example',
  source: { path: 'rows.csv' },
  key: 'id',
  steps: [{ id: 'answer', generate: { model: 'm', prompt: 'x', into: 'answer' } }],
};

describe('the page on pipelines', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
  });

  it.each(examples)('shows only what compiles: %#', (text) => {
    const example = parse(text) as { name?: string };
    const compiled = readPipeline({ source: example.name === undefined ? { ...rest, ...example } : text });
    expect(compiledPipelineSchema.safeParse(compiled).success).toBe(true);
  });

  it.each(['', 'source', 'steps[0]', 'steps[0].generate', 'steps[0].generate.image', 'defaults', 'shards', 'output'])(
    'names every key that may stand in "%s"',
    (place) => {
      const set = { [place === '' ? 'not_a_key' : `${place}.not_a_key`]: 1 };
      const allowed = /Allowed here: ([\w, ]+)/.exec(
        messagesOf({ source: { ...rest, output: { file: 'a.csv' } }, set }),
      )?.[1];
      const keys = allowed?.split(', ') ?? [];
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !new RegExp(`\`(\\{ )?${key}\\b`).test(page))).toEqual([]);
    },
  );
});
