import { checkSchema } from '@batchmill/answer-schema';
import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { childrenOf, isMap } from '../values/json-values.ts';
import { didYouMean } from '../problems/nearest.ts';
import type { Path } from '../values/path.ts';

type JsonMap = { [key: string]: Json };

/** What excludes or needs what inside one `generate`, over the `defaults` below it. */
export const checkGenerate = (generate: JsonMap, path: Path, defaults: JsonMap): Finding[] => [
  ...(generate['body'] === undefined
    ? [...checkModel(generate, path, defaults), ...checkAsked(generate, path)]
    : checkBody(generate, path)),
  ...checkImages(generate, path),
  ...checkAnswer(generate, path),
];

const SAID_BY_BODY = [
  'model',
  'params',
  'messages',
  'system',
  'image',
  'prompt',
  'schema',
  'parse',
  'on_truncated',
  'check_urls',
];

const checkBody = (generate: JsonMap, path: Path): Finding[] =>
  SAID_BY_BODY.filter((name) => generate[name] !== undefined).map((name) => ({
    code: 'conflict',
    message: `"${name}" cannot stand beside "body"`,
    path: [...path, name],
    part: 'key',
    remedy: 'A body is sent as it stands: all that is asked, and of which model, has to stand in it',
  }));

const checkModel = (generate: JsonMap, path: Path, defaults: JsonMap): Finding[] => {
  if (generate['model'] !== undefined || defaults['model'] !== undefined) return [];
  const remedy = 'Name one here, or in "defaults" for all steps';
  const lacks = [
    [...path, 'model'],
    ['defaults', 'model'],
  ];
  return [
    {
      code: 'missing',
      message: 'is missing',
      path: [...path, 'model'],
      lacks,
      expected: 'the name of a model, such as gpt-4o-mini',
      remedy,
    },
  ];
};

const SHORT_FORM = ['system', 'image', 'prompt'];

const checkAsked = (generate: JsonMap, path: Path): Finding[] => {
  const short = SHORT_FORM.filter((name) => generate[name] !== undefined);
  if (generate['messages'] !== undefined) {
    return short.map((name) => ({
      code: 'conflict',
      message: `"${name}" cannot stand beside "messages"`,
      path: [...path, name],
      part: 'key',
      remedy: 'Use either "messages" or the short form of system, image and prompt',
    }));
  }
  if (short.includes('prompt') || short.includes('image')) return [];
  const lacks = ['prompt', 'image', 'messages'].map((name) => [...path, name]);
  return [
    {
      code: 'missing',
      message: 'nothing is asked',
      path,
      part: 'key',
      lacks,
      expected: '"prompt", "image" or "messages"',
    },
  ];
};

const checkImages = (generate: JsonMap, path: Path): Finding[] => {
  const inMessages = childrenOf(generate['messages'] ?? []).flatMap(([index, message]) =>
    childrenOf((isMap(message) ? message['content'] : undefined) ?? []).flatMap(([position, part]) =>
      isMap(part) ? checkPart(part, [...path, 'messages', index, 'content', position]) : [],
    ),
  );
  return [...(isMap(generate['image']) ? checkImage(generate['image'], [...path, 'image']) : []), ...inMessages];
};

const checkPart = (part: JsonMap, path: Path): Finding[] => {
  const kinds = ['text', 'image'].filter((name) => part[name] !== undefined);
  const image = isMap(part['image']) ? checkImage(part['image'], [...path, 'image']) : [];
  if (kinds.length === 1) return image;
  const message = kinds.length === 0 ? 'a part needs "text" or "image"' : 'a part is "text" or "image", not both';
  return [...image, exactlyOne(message, path, ['text', 'image'], kinds)];
};

const checkImage = (image: JsonMap, path: Path): Finding[] => {
  const given = ['url', 'path', 'plot'].filter((name) => image[name] !== undefined);
  if (given.length !== 1) {
    const message = 'an image needs exactly one of "url", "path" and "plot"';
    return [exactlyOne(message, path, ['url', 'path', 'plot'], given)];
  }
  const isDrawn = image['plot'] !== undefined && image['downscale'] !== undefined;
  return [...(isDrawn ? [plotIsDrawn(path)] : []), ...checkPlot(image['plot'], [...path, 'plot'])];
};

const plotIsDrawn = (path: Path): Finding => ({
  code: 'conflict',
  message: '"downscale" cannot stand beside "plot"',
  path: [...path, 'downscale'],
  part: 'key',
  remedy: 'A plot is drawn in the size that its "width" and "height" say',
});

const checkPlot = (plot: Json | undefined, path: Path): Finding[] => {
  if (typeof plot === 'string') return checkPlotted(plot, path);
  if (!isMap(plot)) return [];
  const given = ['field', 'fields'].filter((name) => plot[name] !== undefined);
  if (given.length !== 1) {
    return [exactlyOne('a plot needs exactly one of "field" and "fields"', path, ['field', 'fields'], given)];
  }
  return [
    ...checkPlotted(plot['field'], [...path, 'field']),
    ...childrenOf(plot['fields'] ?? []).flatMap(([index, name]) => checkPlotted(name, [...path, 'fields', index])),
  ];
};

const checkPlotted = (name: Json | undefined, path: Path): Finding[] => {
  if (typeof name !== 'string' || (name.trim() !== '' && !/\{[{%]/.test(name))) return [];
  const expected = 'the name of a field, without {{ }}';
  return [{ code: 'wrong-value', message: '"plot" names a field', path, found: JSON.stringify(name), expected }];
};

const exactlyOne = (message: string, path: Path, names: string[], given: string[]): Finding => ({
  code: given.length === 0 ? 'missing' : 'conflict',
  message,
  path,
  ...(given.length === 0 ? { lacks: names.map((name) => [...path, name]) } : { found: listed(given) }),
});

const checkAnswer = (generate: JsonMap, path: Path): Finding[] => {
  const { schema, into, parse } = generate;
  const found: Finding[] = isMap(schema)
    ? checkSchema(schema).map((message) => ({
        code: 'bad-schema',
        message: `this JSON Schema cannot be used: ${message}`,
        path: [...path, 'schema'],
        part: 'key',
      }))
    : [];
  if (schema !== undefined && parse === 'text') {
    const message = 'an answer with a "schema" is read as JSON';
    found.push({ code: 'conflict', message, path: [...path, 'parse'], part: 'key', remedy: 'Leave out one of them' });
  }
  if (generate['raw_into'] !== undefined && schema === undefined && parse !== 'json') {
    const message = '"raw_into" keeps the text of an answer that is read as JSON, and this one is kept as text anyway';
    found.push({ code: 'conflict', message, path: [...path, 'raw_into'], part: 'key', remedy: 'Add "parse: json"' });
  }
  if (!isMap(into)) return found;
  if (generate['body'] !== undefined) return checkNames(into, RESULT_LINE, [...path, 'into']);
  if (schema === undefined && parse !== 'json') {
    const message = 'a map takes values out of an answer in JSON, but there is no "schema" to ask for one';
    const remedy = 'Add "schema" or "parse: json", or name one field for the whole answer';
    return [{ code: 'conflict', message, path: [...path, 'into'], part: 'key', lacks: [[...path, 'schema']], remedy }];
  }
  return [...found, ...checkNames(into, schema ?? null, [...path, 'into'])];
};

/** What answers a whole body: a line of the provider's output file. */
const RESULT_LINE = {
  additionalProperties: false,
  properties: { id: {}, custom_id: {}, response: {}, error: {} },
};

/** Names that the schema forbids the answer to have. */
const checkNames = (into: JsonMap, schema: Json, path: Path): Finding[] => {
  if (!isMap(schema) || schema['additionalProperties'] !== false || !isMap(schema['properties'])) return [];
  if (schema['patternProperties'] !== undefined) return [];
  const known = Object.keys(schema['properties']);
  return Object.entries(into).flatMap(([field, name]): Finding[] => {
    if (typeof name !== 'string' || known.includes(name)) return [];
    const remedy = [didYouMean(name, known), `It has: ${listed(known)}`].filter(Boolean).join(' ');
    return [{ code: 'unknown-name', message: `the answer never has "${name}"`, path: [...path, field], remedy }];
  });
};
