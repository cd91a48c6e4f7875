import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plotSvg } from '../index.ts';
import type { PlotOptions } from '../index.ts';
import { rasterise } from './rasterise.ts';

const rising = [{ name: 'series', series: [1, 2, 3] }];
const SMALL = { width: 300, height: 200 };

/** The texts of a drawing, as they are read from it. */
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  );

test('title and labels are drawn as they are, whatever signs they have', () => {
  const options = { title: 'a < b & "c" > d', xLabel: 'Time\n in\thours', yLabel: '<script>', width: 1200 };
  const texts = textsOf(plotSvg(rising, options));
  expect(texts).toEqual(expect.arrayContaining(['a < b & "c" > d', 'Time in hours', '<script>']));
});

test('any text gives a picture, and adds nothing but text to it', () => {
  const elements = (svg: string): number => svg.split('<').length;
  const one = elements(plotSvg(rising, { ...SMALL, title: 'a' }));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const svg = plotSvg(rising, { ...SMALL, title: `a${text}` });
      expect(elements(svg)).toBe(one);
      expect(rasterise(svg).width).toBe(300);
    }),
    { numRuns: 25 },
  );
});

describe('a long text', () => {
  const INK = 0x80;
  /** How far from the edges of the picture the first dark pixel stands. */
  const margins = (options: PlotOptions) => {
    const { pixels, width, height } = rasterise(plotSvg([{ name: 's', series: [1] }], options));
    const dark: { x: number; y: number }[] = [];
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      if ((pixels[pixel * 4] ?? 0) < INK) dark.push({ x: pixel % width, y: Math.floor(pixel / width) });
    }
    const xs = dark.map(({ x }) => x);
    const ys = dark.map(({ y }) => y);
    return [Math.min(...xs), Math.min(...ys), width - Math.max(...xs), height - Math.max(...ys)];
  };

  test.each(['W', 'i', 'Wide words ', '\u00e9', '\u6f22'])('of "%s" is shortened to the room there is', (piece) => {
    const long = piece.repeat(2000);
    const texts = textsOf(plotSvg(rising, { title: long, xLabel: long, yLabel: long }));
    expect(texts.filter((text) => text.endsWith('…'))).toHaveLength(3);
    for (const margin of margins({ title: long, xLabel: long, yLabel: long })) expect(margin).toBeGreaterThanOrEqual(3);
  });

  test('that just fits is whole', () => {
    const title = 'Employment in the United States, thousands of people, monthly, 2006 to 2015';
    expect(textsOf(plotSvg(rising, { title }))).toContain(title);
  });
});

test('texts take room of their own: the frame ends where they begin', () => {
  const frameOf = (options: PlotOptions): number[] => {
    const [, left, top, right, bottom] = /M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H/.exec(plotSvg(rising, options)) ?? [];
    return [left, top, right, bottom].map(Number);
  };
  const [left = 0, top = 0, right = 0, bottom = 0] = frameOf({});
  expect(frameOf({ title: '' })).toEqual([left, top, right, bottom]);
  expect(frameOf({ title: 't' })[1]).toBeGreaterThan(top + 20);
  expect(frameOf({ xLabel: 'x' })[3]).toBeLessThan(bottom - 15);
  expect(frameOf({ yLabel: 'y' })[0]).toBeGreaterThan(left + 15);
});

describe('the legend', () => {
  const fields = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `field ${index}`, series: [index, index + 1] }));

  test('names each of several lines beside its colour; one line needs none', () => {
    expect(textsOf(plotSvg(rising))).not.toContain('series');
    const svg = plotSvg(fields(12));
    expect(textsOf(svg)).toEqual(expect.arrayContaining(fields(12).map(({ name }) => name)));
    // Each line and its sample in the legend have a stroke of their own.
    const strokes = [...svg.matchAll(/stroke="(#[^"]+)"( stroke-dasharray="[^"]+")? stroke-width="2.08"/g)].map(
      ([, colour, dash = '']) => `${colour}${dash}`,
    );
    expect(strokes).toHaveLength(24);
    expect(new Set(strokes).size).toBe(12);
    expect(strokes.slice(0, 12)).toEqual(strokes.slice(12));
  });

  test('leaves two thirds of the height to the lines, and counts those it does not name', () => {
    const texts = textsOf(plotSvg(fields(200), { width: 600, height: 400 }));
    const more = texts.find((text) => text.includes('more')) ?? '';
    const named = texts.filter((text) => text.startsWith('field')).length;
    expect(more).toBe(`… and ${200 - named} more`);
    expect(named).toBeGreaterThan(5);
  });

  test('the axes hold all lines, and the picture has the size of the longest', () => {
    const svg = plotSvg([
      { name: 'a', series: [0, 1] },
      { name: 'b', series: Array.from({ length: 600 }, () => 1000) },
    ]);
    expect(svg).toContain('width="1500" height="500"');
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['0', '1000', '500']));
  });

  test('a line without any number is left out, as long as another has one', () => {
    const svg = plotSvg([...rising, { name: 'empty', series: [null] }]);
    expect(textsOf(svg)).toContain('empty');
    expect(() => plotSvg([{ name: 'empty', series: [null] }])).toThrow(RangeError);
  });
});
