import type { Json } from '@batchmill/contracts';
import { describe, expect, it } from 'vitest';
import { fileReferences, readPipeline } from './index.ts';
import { captions, messagesOf } from './mistakes/captions.ts';

describe('variables and overrides', () => {
  it('put a variable in with its type where it stands alone, and leave prompts as they are', () => {
    const source = captions
      .replace('rows.csv }', 'rows.csv, limit: "{{ vars.limit }}" }')
      .replace('{{ title }}.', '{{ title }} in {{ vars.model }}.');
    const compiled = readPipeline({ source, variables: { limit: 7, model: 'm2' } });
    expect(compiled.source.limit).toBe(7);
    expect(compiled.vars).toEqual({ limit: 7, model: 'm2' });
    expect(compiled.stages).toMatchObject([
      { generate: { model: 'm2', messages: [{ content: 'Describe {{ title }} in {{ vars.model }}.' }] } },
    ]);
  });

  it('leave a setting out whose variable is null, but keep a null parameter', () => {
    const source = captions
      .replace('rows.csv }', 'rows.csv, limit: "{{ vars.limit }}" }')
      .replace('      into', '      params: { temperature: "{{ vars.limit }}" }\n      into');
    const compiled = readPipeline({ source, variables: { limit: null } });
    expect(compiled.source).not.toHaveProperty('limit');
    expect(compiled.stages).toMatchObject([{ generate: { params: { temperature: null } } }]);
  });

  it('may be laid over any place, a step named by position or id', () => {
    const set = {
      'steps[0].generate.model': 'm',
      'steps.caption.generate.params.seed': 3,
      'source.path': ['a.csv', 'b.csv'],
    };
    const compiled = readPipeline({ source: captions, set });
    expect(compiled.source.paths).toEqual(['a.csv', 'b.csv']);
    expect(compiled.stages).toMatchObject([{ generate: { model: 'm', params: { seed: 3 } } }]);
  });

  it.each<[Record<string, Json>, string]>([
    [{ 'steps[3].id': 'x' }, '--set steps[3].id: the list has only 1 entries'],
    [{ 'steps.other.id': 'x' }, '--set steps.other.id: there is no "other" in the list. The ids are: caption'],
    [{ 'name.x': 1 }, '--set name.x: a value cannot be put into "captions"'],
    [{ 'steps..id': 1 }, '--set steps..id: is no path, such as steps[0].generate.model'],
    [{ 'source.limit': 'all' }, '--set: source.limit: cannot be used (found "all"; expected a number)'],
    [
      { 'source.limitt': 5 },
      '--set: source.limitt: unknown key. Did you mean "limit"? Allowed here: derive, format, from_key, ids, info, join, limit, path, wrap',
    ],
  ])('name what is wrong with an override: %j', (set, message) => {
    expect(messagesOf({ source: captions, set })).toBe(message);
  });

  it('name the variables that there are', () => {
    expect(messagesOf({ source: captions, variables: { modle: 'x' } })).toBe(
      '--var modle: no such variable. Did you mean "model"? Known variables: model, limit',
    );
  });
});

describe('files', () => {
  const source = captions.replace('into: caption', 'into: caption\n      schema: { $file: "{{ vars.model }}.json" }');

  it('are named for the client and put in as they are', () => {
    expect(fileReferences(source)).toEqual(['gpt-4o.json']);
    const schema = { type: 'object', properties: { text: { type: 'string' } } };
    const compiled = readPipeline({ source, files: { 'gpt-4o.json': schema } });
    expect(compiled.stages).toMatchObject([{ generate: { schema, schemaName: 'caption' } }]);
  });

  it('are none in a pipeline that cannot be read', () => {
    expect(fileReferences('a: [')).toEqual([]);
  });
});
