import type { ContentPart, GenerateStage, Row } from '@batchmill/contracts';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createRequestMaker, RowRequestError } from '../index.ts';
import type { ImageSource, PictureSize, RequestMakerOptions } from '../index.ts';
import { noise } from '../testing/still-pictures.ts';

type Image = Extract<ContentPart, { image: unknown }>['image'];

const large = await noise(600, 300, 'jpeg');
const small = await noise(40, 30, 'png');
const files: Record<string, Uint8Array> = {
  'a.jpg': large,
  'copies/b.jpg': large,
  'small.png': small,
  'gifts/a.jpg': small,
  'mp4.png': small,
  'video.mp4': small,
};
const images: ImageSource = {
  open: async (path) => {
    if (path.startsWith('s3://')) return { code: 'image-not-allowed', message: `${path} is not allowed` };
    return files[path] === undefined ? null : { bytes: files[path] };
  },
};

const plots = { concurrency: 1, render: () => Promise.reject(new Error('no plots here')), close: async () => {} };
const row = (fields: Row['fields']): Row => ({ id: '0', key: 'k', home: 0, line: 1, fields });

const makerFor = (image: Image, options: Partial<RequestMakerOptions> = {}, generate: { checkUrls?: boolean } = {}) => {
  const stage: GenerateStage = {
    number: '001',
    step: 'look',
    kind: 'generate',
    generate: {
      provider: 'openai',
      endpoint: '/v1/chat/completions',
      model: '{{ model }}',
      params: {},
      messages: [{ role: 'user', content: [{ image }, { text: 'What is it?' }] }],
      into: 'text',
      retryAttempts: 1,
      ...generate,
    },
  };
  return createRequestMaker({ stage, vars: {}, images, plots, ...options });
};

const sentBy = async (made: ReturnType<ReturnType<typeof makerFor>['make']>) => {
  const { body, pictures } = await made;
  const [part] = (body.messages?.[0]?.content ?? []) as unknown as { image_url: { url: string; detail?: string } }[];
  const { url = '', detail } = part?.image_url ?? {};
  return { url, detail, pictures, bytes: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') };
};

const failureOf = async (made: Promise<unknown>): Promise<string> => {
  const failure = await made.catch((error: unknown) => error);
  return failure instanceof RowRequestError ? `${failure.code}: ${failure.message}` : 'none';
};

/** As large as a model's name says; asked for what it is told. */
const usefulSize = (model: string, size: PictureSize) =>
  model === 'any' ? null : { width: 60, height: size.height / 10 };

describe('a picture that is put into the request', () => {
  test('is as small as the model sees it, and the bytes that saves are counted', async () => {
    const { make } = makerFor({ path: '{{ p }}', detail: 'high' }, { usefulSize });
    const { url, detail, bytes, pictures } = await sentBy(make(row({ p: 'a.jpg', model: 'm' })));
    expect(url).toMatch(/^data:image\/jpeg;base64,/);
    expect(detail).toBe('high');
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 60, height: 30 });
    expect(pictures).toEqual([
      {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        originalBytes: large.length,
        sentBytes: bytes.length,
      },
    ]);
    expect(bytes.length).toBeLessThan(large.length / 10);
  });

  test.each<[string, Image, string]>([
    ['the part says so', { path: '{{ p }}', downscale: false }, 'm'],
    ['nobody knows how the model sees', { path: '{{ p }}' }, 'any'],
  ])('is as large as it is where %s', async (_, image, model) => {
    const { bytes, pictures } = await sentBy(makerFor(image, { usefulSize }).make(row({ p: 'a.jpg', model })));
    expect(bytes.equals(large)).toBe(true);
    expect(pictures).toMatchObject([{ originalBytes: large.length, sentBytes: large.length }]);
  });

  test('is decoded once for all rows with equal pictures, whatever their names', async () => {
    const asked: string[] = [];
    const counting: typeof usefulSize = (model, size) => {
      asked.push(model);
      return usefulSize(model, size);
    };
    const { make } = makerFor({ path: '{{ p }}' }, { usefulSize: counting });
    const names = ['a.jpg', 'copies/b.jpg', 'a.jpg', 'copies/b.jpg'];
    const sent = await Promise.all(names.map((p) => sentBy(make(row({ p, model: 'm' })))));
    expect(asked).toEqual(['m']);
    expect(new Set(sent.map(({ url }) => url)).size).toBe(1);
    expect(new Set(sent.flatMap(({ pictures }) => pictures.map(({ sha256 }) => sha256))).size).toBe(1);
    await sentBy(make(row({ p: 'a.jpg', model: 'another' })));
    expect(asked).toEqual(['m', 'another']);
  });

  test('is judged by its content, never by letters in a name: gifts/a.jpg, mp4.png and video.mp4 are pictures', async () => {
    const { make } = makerFor({ path: '{{ p }}' });
    for (const p of ['gifts/a.jpg', 'mp4.png', 'video.mp4']) {
      expect((await sentBy(make(row({ p, model: 'm' })))).bytes.equals(small)).toBe(true);
    }
  });
});

describe('a picture in a data URL', () => {
  const { make } = makerFor({ url: '{{ u }}' }, { usefulSize });
  const url = (type: string, bytes: Uint8Array): string =>
    `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

  test('is made smaller like any other, and sent as what it is by its content', async () => {
    const sent = await sentBy(make(row({ u: url('image/png', large), model: 'm' })));
    expect(sent.url).toMatch(/^data:image\/jpeg;base64,/);
    expect(sent.pictures).toHaveLength(1);
    expect(sent.bytes.length).toBeLessThan(large.length);
  });

  test.each([
    [url('image/png', Buffer.from('<svg/>')), 'image-not-a-picture: the picture in the data URL is an SVG drawing'],
    [url('image/svg+xml', Buffer.from('<svg/>')), 'image-not-a-picture: the picture in the data URL is an SVG drawing'],
    ['data:image/png;base64,***', 'image-address: the picture in the address "data:image/png;base64,…" is no base64'],
    ['s3://bucket/key.png', 'image-address: an object such as "s3://bucket/key.png" is named by "path"'],
  ])('that is none is refused: %s', async (u, message) => {
    expect(await failureOf(make(row({ u, model: 'm' })))).toContain(message);
  });
});

describe('what cannot be had', () => {
  const { make } = makerFor({ path: '{{ p }}' });

  test.each([
    [
      'made/by-a-step.png',
      'image-missing: the picture "made/by-a-step.png" was not given with the job: sent along are',
    ],
    ['https://example.com/a.png', 'a web address is named by "url"'],
    ['s3://other/a.png', 'image-not-allowed: s3://other/a.png is not allowed'],
    [' ', "image-missing: the picture's path is empty"],
  ])('is told with what to do: %s', async (p, message) => {
    expect(await failureOf(make(row({ p, model: 'm' })))).toContain(message);
  });
});

describe('a web address', () => {
  const dead = async (u: string) => (u.includes('dead') ? { code: 'image-link-dead', message: `${u}: 404` } : null);

  test('is passed on untouched and never looked at unless the step says so', async () => {
    const links = () => Promise.reject(new Error('nobody asked for this'));
    const { make } = makerFor({ url: '{{ u }}', detail: 'low' }, { links });
    const u = 'https://a.example/dead.png?x=1#y';
    expect(await sentBy(make(row({ u, model: 'm' })))).toMatchObject({ url: u, detail: 'low', pictures: [] });
  });

  test('that is dead makes the row one that cannot be asked, where the step says so', async () => {
    const { make } = makerFor({ url: '{{ u }}' }, { links: dead }, { checkUrls: true });
    expect(await failureOf(make(row({ u: 'https://a.example/dead.png', model: 'm' })))).toBe(
      'image-link-dead: https://a.example/dead.png: 404',
    );
    const u = 'https://a.example/alive.png';
    expect((await sentBy(make(row({ u, model: 'm' })))).url).toBe(u);
  });
});
