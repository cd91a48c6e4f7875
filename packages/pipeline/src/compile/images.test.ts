import { expect, it } from 'vitest';
import { messagesOf } from '../mistakes/captions.ts';
import { readPipeline } from '../index.ts';

const generatesOf = (defaults: object, ...generates: object[]) => {
  const steps = generates.map((generate, at) => ({ id: `step${at}`, generate: { into: `answer${at}`, ...generate } }));
  const source = { name: 'p', source: { path: 'rows.jsonl' }, key: 'id', defaults: { model: 'm', ...defaults }, steps };
  return readPipeline({ source }).stages.map((stage) => (stage.kind === 'generate' ? stage.generate : undefined));
};

it('addresses are checked where the step says so, or the defaults and not the step', () => {
  const image = { url: '{{ link }}' };
  const checked = (defaults: object, step: object): boolean | undefined =>
    generatesOf(defaults, { image, ...step })[0]?.checkUrls;
  expect(checked({}, {})).toBeUndefined();
  expect(checked({}, { check_urls: true })).toBe(true);
  expect(checked({ check_urls: true }, {})).toBe(true);
  expect(checked({ check_urls: true }, { check_urls: false })).toBeUndefined();
});

it('a whole body has no addresses that could be checked: a default leaves it alone, beside it the key is a mistake', () => {
  expect(generatesOf({ model: undefined, check_urls: true }, { body: 'request' })[0]).not.toHaveProperty('checkUrls');
  const generate = { body: 'request', into: 'line', check_urls: true };
  const source = { name: 'p', source: { path: 'r.jsonl' }, key: 'id', steps: [{ id: 'a', generate }] };
  expect(messagesOf({ source })).toContain('"check_urls" cannot stand beside "body"');
});

it('a picture keeps its size where its part says so', () => {
  const [generate] = generatesOf({}, { image: { path: '{{ p }}', detail: 'low', downscale: false } });
  expect(generate?.messages[0]?.content).toEqual([{ image: { path: '{{ p }}', detail: 'low', downscale: false } }]);
});
