import type { PictureSources } from '@batchmill/picture-sources';
import { noise } from '@batchmill/prompts/testing';
import { expect, onTestFinished, test } from 'vitest';
import { noPictures, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const open = async (...options: Parameters<typeof openStage>): Promise<Stage> => {
  const stage = await openStage(...options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};

const asking = (image: { url: string } | { path: string }) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: [{ image }] }],
});

test('the plan counts the pictures of the requests it holds, different ones, and the bytes that were saved', async () => {
  const photo = await noise(1600, 1200, 'jpeg');
  const small = await noise(20, 20, 'png');
  const files: Record<string, Buffer> = { photo, copy: photo, small };
  const pictures: PictureSources = {
    ...noPictures,
    ofJob: async () => ({ open: async (path) => (files[path] === undefined ? null : { bytes: files[path] }) }),
  };
  const rows = ['photo', 'copy', 'small', 'none'].map((file) => ({ file }));
  const stage = await open(rows, { generate: asking({ path: '{{ file }}' }), pictures });
  await stage.build();
  const plan = await stage.plan();
  expect(plan).toMatchObject({
    rows: 4,
    asked: 3,
    pictures: { inlined: 3, distinct: 2, originalBytes: 2 * photo.length + small.length },
  });
  // 1600 × 1200 is seen as 1024 × 768
  const { sentBytes = 0 } = plan?.pictures ?? {};
  expect(sentBytes).toBeLessThan(photo.length * 2 * 0.6);
  const [part] = plan?.parts ?? [];
  const sent = part === undefined ? [] : await stage.linesOf(part);
  expect(Buffer.byteLength(JSON.stringify(sent)) * 0.75).toBeLessThan(sentBytes * 1.1);
  expect(await stage.unaskable()).toMatchObject([{ row: '3', outcome: 'invalid', code: 'image-missing' }]);
});

test('a plan without pictures counts none', async () => {
  const stage = await open([{ text: 'a' }]);
  await stage.build();
  expect(await stage.plan()).not.toHaveProperty('pictures');
});

test('a row whose link is dead is in no part, where the step says that links are checked, and only there', async () => {
  const scopes: string[] = [];
  const pictures: PictureSources = {
    ...noPictures,
    linksOf: (scope) => {
      scopes.push(scope);
      return async (url) => (url.includes('dead') ? { code: 'image-link-dead', message: `${url} is dead` } : null);
    },
  };
  const rows = ['alive', 'dead'].map((name) => ({ link: `https://a.example/${name}` }));
  const checked = await open(rows, { generate: { ...asking({ url: '{{ link }}' }), checkUrls: true }, pictures });
  await checked.build();
  expect(await checked.parts()).toEqual([['0']]);
  expect(await checked.unaskable()).toMatchObject([
    { row: '1', outcome: 'invalid', code: 'image-link-dead', message: 'https://a.example/dead is dead' },
  ]);
  expect(scopes).toEqual([expect.stringMatching(/ 1$/)]);
  const unchecked = await open(rows, { generate: asking({ url: '{{ link }}' }), pictures });
  await unchecked.build();
  expect(await unchecked.parts()).toEqual([['0', '1']]);
});

test('a store that does not answer is no fault of the row: the work is tried again', async () => {
  const pictures: PictureSources = {
    ...noPictures,
    ofJob: async () => ({ open: () => Promise.reject(new Error('the store does not answer')) }),
  };
  const stage = await open([{ file: 's3://pictures/a.png' }], { generate: asking({ path: '{{ file }}' }), pictures });
  await expect(stage.build()).rejects.toThrow('the store does not answer');
  expect(await stage.plan()).toBeNull();
});
