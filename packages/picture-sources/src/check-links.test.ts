import { describe, expect, test } from 'vitest';
import { createLinkChecks } from './check-links.ts';
import type { LinkChecksOptions } from './check-links.ts';
import type { Looked } from './web/look-at-link.ts';

const there: Looked = { head: Buffer.from('picture'), isWhole: true, bytes: 7 };

const checksOf = (options: Partial<LinkChecksOptions> = {}) => {
  const looks: string[] = [];
  const { look = async () => there } = options;
  const linksOf = createLinkChecks({
    judge: (head) =>
      head.toString() === 'picture' ? { type: 'image/png' } : { code: 'image-not-a-picture', what: 'is none' },
    maxBytes: 1000,
    ...options,
    look: (url) => {
      looks.push(url.href);
      return look(url);
    },
  });
  return { linksOf, looks };
};

describe('a link', () => {
  test('is looked at once in a run, however many rows name it at the same time or later', async () => {
    const { linksOf, looks } = checksOf();
    const url = 'https://a.example/1.png';
    const check = linksOf('job 1');
    expect(await Promise.all([check(url), check(url), check(`${url}#part`)])).toEqual([null, null, null]);
    expect(await linksOf('job 1')(url)).toBeNull();
    expect(looks).toEqual([url]);
    await linksOf('job 2')(url);
    expect(looks).toHaveLength(2);
  });

  test('that is no picture, or too large, is a problem that keeps its secrets', async () => {
    const looked: Record<string, Looked> = {
      '/video': { head: Buffer.from('video'), isWhole: false, bytes: 500 },
      '/large': { head: Buffer.from('picture'), isWhole: false, bytes: 1001 },
      '/packed': { head: null, isWhole: true, bytes: 7 },
    };
    const { linksOf } = checksOf({ look: async ({ pathname }) => looked[pathname] ?? there });
    const check = linksOf('job');
    expect(await check('https://user:password@a.example/video?signature=abc')).toEqual({
      code: 'image-not-a-picture',
      message: 'the picture at https://a.example/video?… is none',
    });
    expect(await check('https://a.example/large')).toEqual({
      code: 'image-link-too-large',
      message: 'the picture at https://a.example/large has 1001 bytes; at most 1000 can be sent',
    });
    expect(await check('https://a.example/packed')).toBeNull();
  });

  test('that was not answered is looked at again after a minute, a dead one is not', async () => {
    let now = 0;
    const failures: Record<string, Looked> = {
      '/slow': { code: 'image-link-unanswered', what: 'did not answer', mayPass: true },
      '/dead': { code: 'image-link-dead', what: 'is not there' },
    };
    const { linksOf, looks } = checksOf({ look: async ({ pathname }) => failures[pathname] ?? there, now: () => now });
    const check = linksOf('job');
    const both = () => Promise.all(['slow', 'dead'].map((name) => check(`https://a.example/${name}`)));
    await both();
    now = 59_999;
    expect((await both()).map((problem) => problem?.code)).toEqual(['image-link-unanswered', 'image-link-dead']);
    expect(looks).toHaveLength(2);
    now = 60_000;
    await both();
    expect(looks.slice(2)).toEqual(['https://a.example/slow']);
  });

  test('is forgotten once too many others came after it', async () => {
    const { linksOf, looks } = checksOf({ remembered: 2 });
    const check = linksOf('job');
    for (const name of ['a', 'b', 'c', 'c', 'a']) await check(`https://a.example/${name}`);
    expect(looks.map((url) => url.at(-1))).toEqual(['a', 'b', 'c', 'a']);
  });
});

test('no more than 32 links are looked at at once', async () => {
  let running = 0;
  let most = 0;
  const { linksOf } = checksOf({
    look: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => void setImmediate(done));
      running -= 1;
      return there;
    },
  });
  const check = linksOf('job');
  await Promise.all(Array.from({ length: 200 }, (_, at) => check(`https://a.example/${at}`)));
  expect(most).toBe(32);
});
