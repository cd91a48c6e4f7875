import { describe, expect, test } from 'vitest';
import { imageSizeOf } from './image-size.ts';
import { imageTokens } from './image-tokens.ts';
import { createTokenEstimator } from './token-estimator.ts';

const WORDS =
  'the quarterly series rises from 1.234 to 98.7 until spring, then falls back; naïve Bäume 東京 {"a": 1}'.split(' ');

/** A prompt of `length` words that differs from row to row. */
const prompt = (row: number, length: number): object => {
  let state = row + 1;
  const word = (): string => {
    state = (state * 48_271) % 2_147_483_647;
    return WORDS[state % WORDS.length] ?? '';
  };
  return {
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'You are an expert in time series analysis.' },
      { role: 'user', content: Array.from({ length }, word).join(' ') },
    ],
  };
};

const png = (width: number, height: number): string => {
  const header = Buffer.alloc(33);
  header.writeUInt32BE(0x89504e47, 0);
  header.writeUInt32BE(0x0d0a1a0a, 4);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return `data:image/png;base64,${header.toString('base64')}`;
};

const jpeg = (width: number, height: number): string => {
  const preview = Buffer.from([0xff, 0xe1, 0x40, 0x00, ...Array.from({ length: 0x3ffe }, () => 7)]);
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0, 0]);
  return `data:image/jpeg;base64,${Buffer.concat([Buffer.from([0xff, 0xd8]), preview, frame]).toString('base64')}`;
};

describe('countExact', () => {
  test('counts a short message as the provider bills it', () => {
    const body = { messages: [{ role: 'user', content: 'Hello' }] };
    expect(createTokenEstimator('gpt-4o').countExact(body)).toBe(8);
  });

  test('takes special words in a row for text', () => {
    const body = { messages: [{ role: 'user', content: '<|endoftext|>' }] };
    expect(createTokenEstimator('gpt-4o').countExact(body)).toBeGreaterThan(8);
  });

  test('adds pictures, schemas and tools', () => {
    const { countExact } = createTokenEstimator('gpt-4o');
    const withParts = (...parts: object[]): object => ({ messages: [{ role: 'user', content: parts }] });
    const text = { type: 'text', text: 'Hello' };
    const picture = { type: 'image_url', image_url: { url: png(1024, 1024), detail: 'high' } };
    expect(countExact(withParts(text, picture)) - countExact(withParts(text))).toBe(765);
    const schema = { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } };
    expect(countExact({ ...withParts(text), response_format: schema })).toBeGreaterThan(
      countExact(withParts(text)) + 5,
    );
    expect(countExact({ ...withParts(text), tools: [{ type: 'function' }] })).toBeGreaterThan(
      countExact(withParts(text)),
    );
  });

  test('reads bodies of the responses and embeddings endpoints', () => {
    const { countExact } = createTokenEstimator('gpt-4o');
    const parts = [
      { type: 'input_text', text: 'Hello' },
      { type: 'input_image', image_url: png(512, 512), detail: 'low' },
    ];
    expect(countExact({ instructions: 'Be kind.', input: [{ role: 'user', content: parts }] })).toBe(8 + 85 + 3 + 3);
    expect(countExact({ input: 'Hello' })).toBe(countExact({ input: ['Hello'] }));
  });
});

describe('an estimate by size', () => {
  const bodies = Array.from({ length: 400 }, (_, row) => prompt(row, 20 + ((row * 37) % 200)));
  const estimator = createTokenEstimator('gpt-4o');
  const exact = bodies.map(estimator.countExact);
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

  test('from a sample is within 3 % over a shard and within 6 % over every 50 rows of it', () => {
    const estimate = estimator.calibrate(bodies.filter((_, row) => row % 10 === 0));
    const estimates = bodies.map((body) => {
      const { textBytes, imageTokens: images } = estimator.measure(body);
      return estimate(textBytes, images);
    });
    expect(Math.abs(sum(estimates) / sum(exact) - 1)).toBeLessThan(0.03);
    for (let start = 0; start < bodies.length; start += 50) {
      const share = sum(estimates.slice(start, start + 50)) / sum(exact.slice(start, start + 50));
      expect(Math.abs(share - 1)).toBeLessThan(0.06);
    }
  });

  test('that calibrates itself is exact at first and within 3 % over a shard, the same each time', () => {
    const run = (): number[] => bodies.map(createTokenEstimator('gpt-4o').estimate);
    const estimates = run();
    expect(estimates.slice(0, 50)).toEqual(exact.slice(0, 50));
    expect(Math.abs(sum(estimates) / sum(exact) - 1)).toBeLessThan(0.03);
    expect(run()).toEqual(estimates);
  });

  test('keeps pictures exact', () => {
    const estimate = estimator.calibrate([prompt(1, 50)]);
    expect(estimate(1000, 765) - estimate(1000, 0)).toBe(765);
  });

  test('of rows that are all alike, and without any sample, is still a number', () => {
    const alike = [prompt(1, 50), prompt(1, 50)];
    const { textBytes } = estimator.measure(prompt(1, 50));
    expect(estimator.calibrate(alike)(textBytes, 0)).toBe(estimator.countExact(prompt(1, 50)));
    expect(estimator.calibrate([])(400, 0)).toBe(100);
  });
});

test.each([
  ['gpt-5.4', 1024, 1024, 'high', 1229],
  ['gpt-5.4', 2048, 2048, 'high', 3000],
  ['gpt-4o', 1024, 1024, 'high', 765],
  ['gpt-4o', 1024, 1024, 'low', 85],
  ['gpt-4o', 2048, 4096, 'high', 1105],
  ['gpt-4o-mini', 512, 512, 'auto', 8500],
  ['gpt-4.1-mini', 1024, 1024, 'auto', 1659],
  ['ft:gpt-4o-2024-08-06:o::i', 800, 400, 'high', 425],
  ['my-model', 800, 400, 'high', 425],
])('%s counts a picture of %d x %d (%s) as %d tokens', (model, width, height, detail, expected) => {
  expect(imageTokens(model, { width, height }, detail)).toBe(expected);
});

test.each([
  ['PNG', png(800, 400), 800, 400],
  ['JPEG behind a long preview', jpeg(640, 481), 640, 481],
  ['GIF', `data:image/gif;base64,${Buffer.from('GIF89a\x20\x00\x10\x00', 'latin1').toString('base64')}`, 32, 16],
  ['an address', 'https://example.org/a.png', 1024, 1024],
  ['rubbish', 'data:image/png;base64,AAAA', 1024, 1024],
])('the size of a picture: %s', (_kind, url, width, height) => {
  expect(imageSizeOf(url)).toEqual({ width, height });
});
