import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageTokens } from './image-tokens.ts';
import { usefulImageSize } from './useful-size.ts';

describe('the useful size of a picture', () => {
  test.each([
    ['gpt-4o', 'high', { width: 6000, height: 4000 }, { width: 1152, height: 768 }],
    ['gpt-4o', 'auto', { width: 6000, height: 4000 }, { width: 1152, height: 768 }],
    ['gpt-4o-mini', 'high', { width: 4096, height: 500 }, { width: 2048, height: 250 }],
    ['gpt-4o-mini', 'low', { width: 2000, height: 1000 }, { width: 512, height: 256 }],
    ['gpt-5.4', 'high', { width: 4000, height: 4000 }, { width: 1600, height: 1600 }],
    ['gpt-5.6', 'low', { width: 1000, height: 1000 }, { width: 512, height: 512 }],
    ['gpt-5.5', 'auto', { width: 8000, height: 500 }, { width: 6000, height: 375 }],
    ['ft:gpt-4o-mini-2024-07-18:mine::abc', 'high', { width: 3000, height: 3000 }, { width: 768, height: 768 }],
  ])('of %s with detail %s', (model, detail, size, useful) => {
    expect(usefulImageSize(model, size, detail)).toEqual(useful);
  });

  test('of a model nobody knows is not known, so that nothing is lost', () => {
    expect(usefulImageSize('qwen3-vl', { width: 9000, height: 9000 }, 'high')).toBeNull();
  });

  const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'o3', 'gpt-5.2', 'gpt-5.4', 'gpt-5.5', 'gpt-5.6', 'gpt-5-nano'];
  const details = ['low', 'high', 'auto', 'original'];
  const side = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 12_000 }));
  const picture = fc.record({ width: side, height: side });

  test('is never larger, has the same shape, and a picture of that size counts as many tokens as the original', () => {
    fc.assert(
      fc.property(fc.constantFrom(...models), fc.constantFrom(...details), picture, (model, detail, size) => {
        const useful = usefulImageSize(model, size, detail);
        if (useful === null) throw new Error(`${model} is not known`);
        expect(useful.width).toBeLessThanOrEqual(size.width);
        expect(useful.height).toBeLessThanOrEqual(size.height);
        const scale = useful.width / size.width;
        expect(Math.abs(useful.height - size.height * scale)).toBeLessThanOrEqual(2 + size.height / size.width);
        expect(imageTokens(model, useful, detail)).toBe(imageTokens(model, size, detail));
      }),
    );
  });
});
