import { MARGIN } from './plot-frame.ts';
import type { Frame } from './plot-frame.ts';
import type { PlotOptions } from './plot-options.ts';
import type { PlotSize } from './plot-size.ts';
import { FONT_SIZE, TITLE_SIZE } from './plot-style.ts';
import { fitted, isThere, textElement } from './plot-text.ts';

/** Title and labels of the axes. */
export const drawNames = ({ title, xLabel, yLabel }: PlotOptions, frame: Frame, size: PlotSize): string => {
  const centre = (frame.left + frame.right) / 2;
  const middle = (frame.top + frame.bottom) / 2;
  const width = size.width - MARGIN.left - MARGIN.right;
  const drawn: string[] = [];
  if (isThere(title)) {
    const place = {
      x: size.width / 2,
      y: MARGIN.top / 2 + TITLE_SIZE,
      anchor: 'middle',
      fontSize: TITLE_SIZE,
    } as const;
    drawn.push(textElement(fitted(title, TITLE_SIZE, width), place));
  }
  if (isThere(xLabel)) {
    const fits = frame.right - frame.left;
    drawn.push(textElement(fitted(xLabel, FONT_SIZE, fits), { x: centre, y: size.height - 12, anchor: 'middle' }));
  }
  if (isThere(yLabel)) {
    const fits = frame.bottom - frame.top;
    drawn.push(textElement(fitted(yLabel, FONT_SIZE, fits), { x: 8 + FONT_SIZE, y: middle, anchor: 'middle' }, true));
  }
  return drawn.join('\n');
};
