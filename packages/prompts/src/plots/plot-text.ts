import { short } from './series-line.ts';

export type TextPlace = { x: number; y: number; anchor: 'start' | 'middle' | 'end'; fontSize?: number };

/** A text of one line at a place, `turned` a quarter to the left. */
export const textElement = (content: string, { x, y, anchor, fontSize }: TextPlace, turned = false): string => {
  const size = fontSize === undefined ? '' : ` font-size="${short(fontSize)}"`;
  const turn = turned ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : '';
  return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}"${size}${turn}>${escapeXml(content)}</text>`;
};

export const isThere = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

/** Of a text of any length: in one line, at most so many pixels wide, with an ellipsis where something is left out. */
export const fitted = (text: string, fontSize: number, maxWidth: number): string => {
  const line = oneLine(text);
  if (widthOf(line) * fontSize <= maxWidth) return line;
  let width = widthOf(ELLIPSIS);
  let kept = '';
  for (const character of line) {
    width += widthOf(character);
    if (width * fontSize > maxWidth) break;
    kept += character;
  }
  return kept.trimEnd() + ELLIPSIS;
};

const ELLIPSIS = '…';

/** No plot has room for more. */
const MAX_CHARACTERS = 1000;

/** XML has no place for control characters, halves of characters and non-characters. */
const oneLine = (text: string): string =>
  text
    .slice(0, MAX_CHARACTERS)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, '\uFFFD')
    .trim();

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** In ems, so that the pixels are those of any size. */
export const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += ASCII_WIDTHS[character.charCodeAt(0) - FIRST_ASCII] ?? OTHER_WIDTH;
  return width / 1000;
};

const FIRST_ASCII = 32;
/** Of DejaVu Sans, in thousandths of an em, from the blank to the tilde. */
const ASCII_WIDTHS = [
  ...[318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337],
  ...[636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531],
  ...[1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787],
  ...[603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500],
  ...[500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612],
  ...[635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838],
];
/** Nearly all other letters are narrower. */
const OTHER_WIDTH = 1000;
