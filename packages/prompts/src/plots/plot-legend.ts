import { strokeOf, FONT_SIZE, LINE_WIDTH } from './plot-style.ts';
import { fitted, textElement, widthOf } from './plot-text.ts';
import { short } from './series-line.ts';

type Entry = { text: string; position: number; width: number };

/** Rows of entries, each a piece of line and a name, to be drawn above the plot. */
export type Legend = { rows: Entry[][]; height: number };

const ROW_HEIGHT = 1.6 * FONT_SIZE;
const SAMPLE_WIDTH = 2 * FONT_SIZE;
const SAMPLE_GAP = 0.5 * FONT_SIZE;
const ENTRY_GAP = 1.5 * FONT_SIZE;
const MAX_NAME_WIDTH = 25 * FONT_SIZE;

/** Of more than one line. Takes at most a third of the picture: the lines it has no room for are counted at its end. */
export const legendOf = (names: readonly string[], { width, height }: { width: number; height: number }): Legend => {
  if (names.length < 2) return { rows: [], height: 0 };
  const maxRows = Math.max(1, Math.floor(height / 3 / ROW_HEIGHT));
  const entries = names.map((name, position) => entryOf(name, position, width));
  let rows = rowsOf(entries, width);
  for (let shown = names.length - 1; rows.length > maxRows && shown > 0; shown -= 1) {
    const rest = entryOf(`… and ${names.length - shown} more`, -1, width);
    rows = rowsOf([...entries.slice(0, shown), rest], width);
  }
  const fitting = rows.slice(0, maxRows);
  return { rows: fitting, height: fitting.length * ROW_HEIGHT };
};

export const drawLegend = ({ rows }: Legend, centre: number, top: number): string =>
  rows
    .map((row, index) => {
      const y = top + (index + 0.5) * ROW_HEIGHT;
      let x = centre - (row.reduce((sum, { width }) => sum + width, 0) - ENTRY_GAP) / 2;
      return row
        .map((entry) => {
          const drawn = drawEntry(entry, x, y);
          x += entry.width;
          return drawn;
        })
        .join('\n');
    })
    .join('\n');

const entryOf = (name: string, position: number, width: number): Entry => {
  const sample = position < 0 ? 0 : SAMPLE_WIDTH + SAMPLE_GAP;
  const text = fitted(name, FONT_SIZE, Math.min(MAX_NAME_WIDTH, Math.max(width - sample, FONT_SIZE)));
  return { text, position, width: sample + widthOf(text) * FONT_SIZE + ENTRY_GAP };
};

const rowsOf = (entries: readonly Entry[], width: number): Entry[][] => {
  const rows: Entry[][] = [];
  let used = Infinity;
  for (const entry of entries) {
    if (used + entry.width - ENTRY_GAP > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(entry);
    used += entry.width;
  }
  return rows;
};

const drawEntry = ({ text, position }: Entry, x: number, y: number): string => {
  const label = (left: number): string => textElement(text, { x: left, y: y + 0.36 * FONT_SIZE, anchor: 'start' });
  if (position < 0) return label(x);
  const path = `M${short(x)} ${short(y)}H${short(x + SAMPLE_WIDTH)}`;
  const sample = `<path d="${path}" fill="none" ${strokeOf(position)} stroke-width="${short(LINE_WIDTH)}"/>`;
  return `${sample}\n${label(x + SAMPLE_WIDTH + SAMPLE_GAP)}`;
};
