import { pixelLine } from './plot-frame.ts';
import type { Frame, Layout } from './plot-frame.ts';
import { AXIS_WIDTH, FONT_SIZE, GRID_ALPHA, GRID_COLOUR, TICK_LENGTH } from './plot-style.ts';
import { textElement } from './plot-text.ts';
import type { TextPlace } from './plot-text.ts';
import { short } from './series-line.ts';
import type { Ticks } from './ticks.ts';

export type Scale = (value: number) => number;

export const drawGrid = ({ frame, xTicks, yTicks }: Layout, toX: Scale, toY: Scale): string => {
  const vertical = places(xTicks, toX).map((x) => `M${short(x)} ${frame.top}V${frame.bottom}`);
  const horizontal = places(yTicks, toY).map((y) => `M${frame.left} ${short(y)}H${frame.right}`);
  const path = [...vertical, ...horizontal].join('');
  return `<path d="${path}" fill="none" stroke="${GRID_COLOUR}" stroke-opacity="${GRID_ALPHA}" stroke-width="${short(AXIS_WIDTH)}"/>`;
};

/** The frame with its ticks. */
export const drawAxes = ({ frame, xTicks, yTicks }: Layout, toX: Scale, toY: Scale): string => {
  const tickEnd = { x: short(frame.left - TICK_LENGTH), y: short(frame.bottom + TICK_LENGTH) };
  const box = `M${frame.left} ${frame.top}H${frame.right}V${frame.bottom}H${frame.left}Z`;
  const marks = [
    ...places(xTicks, toX).map((x) => `M${x} ${frame.bottom}V${tickEnd.y}`),
    ...places(yTicks, toY).map((y) => `M${frame.left} ${y}H${tickEnd.x}`),
  ];
  return `<path d="${box}${marks.join('')}" fill="none" stroke="#000000" stroke-width="${short(AXIS_WIDTH)}"/>`;
};

export const drawTickLabels = ({ frame, xTicks, yTicks }: Layout, toX: Scale, toY: Scale): string => {
  const below = frame.bottom + 2 * TICK_LENGTH + 0.76 * FONT_SIZE;
  const beside = frame.left - 2 * TICK_LENGTH;
  return [
    ...places(xTicks, toX).map((x, at) => label(xTicks, at, { x, y: below, anchor: 'middle' })),
    ...places(yTicks, toY).map((y, at) => label(yTicks, at, { x: beside, y: y + 0.36 * FONT_SIZE, anchor: 'end' })),
    ...factors(frame, xTicks, yTicks),
  ].join('\n');
};

const places = (ticks: Ticks, scale: Scale): number[] => ticks.values.map((value) => pixelLine(scale(value) - 0.5));

const label = (ticks: Ticks, at: number, place: TextPlace): string => textElement(ticks.labels[at] ?? '', place);

const factors = (frame: Frame, xTicks: Ticks, yTicks: Ticks): string[] => {
  const of = ({ exponent }: Ticks): string => `1e${exponent}`.replace('-', '\u2212');
  const right = { x: frame.right, y: frame.bottom + 2 * TICK_LENGTH + 2 * FONT_SIZE, anchor: 'end' } as const;
  const above = { x: frame.left, y: frame.top - 0.4 * FONT_SIZE, anchor: 'start' } as const;
  return [
    ...(xTicks.exponent === 0 ? [] : [textElement(of(xTicks), right)]),
    ...(yTicks.exponent === 0 ? [] : [textElement(of(yTicks), above)]),
  ];
};
