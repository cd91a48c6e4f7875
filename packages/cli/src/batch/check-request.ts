import type { Fields, Json, Problem } from '@batchmill/contracts';

/** What all lines of a file have in common. `endpoint` is that of the first sound line. */
export type RequestRules = { endpoints: readonly string[]; endpoint: string | undefined };

type Fault = Omit<Problem, 'place'>;

/** Every reason why a line could not be sent as it stands. */
export const checkRequest = (line: Fields, rules: RequestRules): Fault[] => [
  ...checkCustomId(line['custom_id']),
  ...checkMethod(line['method']),
  ...checkUrl(line['url'], rules),
  ...checkBody(line['body']),
];

const checkCustomId = (id: Json | undefined): Fault[] => {
  if (typeof id === 'string' && id.trim() !== '') return [];
  const remedy = 'Give every line a "custom_id" of its own: the answers are told apart by it';
  return [wrong('custom_id', id, 'a text that is not empty', remedy)];
};

const checkMethod = (method: Json | undefined): Fault[] =>
  method === 'POST' ? [] : [wrong('method', method, '"POST"')];

const checkUrl = (url: Json | undefined, { endpoints, endpoint }: RequestRules): Fault[] => {
  if (typeof url !== 'string' || !endpoints.includes(url)) return [wrong('url', url, `one of ${endpoints.join(', ')}`)];
  if (endpoint === undefined || url === endpoint) return [];
  const remedy = 'A batch asks one address: put requests to another into a file of their own';
  return [wrong('url', url, `${endpoint}, as in the lines before`, remedy)];
};

const checkBody = (body: Json | undefined): Fault[] => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [wrong('body', body, 'an object')];
  const { model, stream } = body;
  return [
    ...(typeof model === 'string' && model.trim() !== '' ? [] : [wrong('body.model', model, 'the name of a model')]),
    ...(stream === true ? [wrong('body.stream', stream, 'false, or nothing', 'Answers of a batch come in files')] : []),
  ];
};

const SHOWN_CHARACTERS = 80;

const wrong = (name: string, value: Json | undefined, expected: string, remedy?: string): Fault => {
  const base = value === undefined ? { code: 'missing', message: `"${name}" is missing`, expected } : undefined;
  const found = JSON.stringify(value ?? null);
  const shown = found.length > SHOWN_CHARACTERS ? `${found.slice(0, SHOWN_CHARACTERS)}…` : found;
  return {
    ...(base ?? { code: 'wrong-value', message: `"${name}" cannot be used`, found: shown, expected }),
    ...(remedy === undefined ? {} : { remedy }),
  };
};
