import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSource } from '../packages/dataset/src/index.ts';
import { readPipeline } from '../packages/pipeline/src/index.ts';
import { plotSize, plotSvg } from '../packages/prompts/src/index.ts';
import type { PlotOptions, Series } from '../packages/prompts/src/index.ts';
import { compileTemplate } from '../packages/templates/src/index.ts';

/*
 * Makes the picture of the README out of a real run of the recipe's sample: the plot as the model is shown it, what
 * came back, and the receipt. Run it again after a change of any of them:  node scripts/make-readme-picture.ts
 */

const ROOT = join(import.meta.dirname, '..');
const PICTURE = join(ROOT, 'docs/images/m4-captions.svg');
const KEY = 'series-M38';
const FREQUENCY = 'Monthly';
const RECIPE = 'recipes/m4-captions/pipeline.yaml';
const COMMAND = ['run', RECIPE, '--provider', 'simulator'];

const PLOT_WIDTH = 760;
const MARGIN = 28;
const WIDTH = PLOT_WIDTH + 2 * MARGIN;
const LINE = 21;
const LINE_CHARACTERS = 96;

type Run = { receipt: string; caption: string; series: Series; texts: PlotOptions };

const run = async (): Promise<Run> => {
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  try {
    const out = join(folder, 'm4-captions');
    const main = join(ROOT, 'packages/cli/src/main.ts');
    const words = [...COMMAND, '--out', out, '--data', join(folder, 'state')];
    const child = spawn(process.execPath, [main, ...words], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let receipt = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (receipt += text));
    const [exitCode] = (await once(child, 'close')) as [number];
    if (exitCode !== 0) throw new Error(`the run ended with ${exitCode}: ${receipt}`);
    const series = JSON.parse(await cell(join(out, 'm4_series.csv'), 'series')) as (number | null)[];
    return {
      receipt: receipt.replaceAll(`${folder}/`, './').trim(),
      caption: await cell(join(out, 'm4_captions.csv'), 'caption'),
      series,
      texts: await textsOf(series),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Title and labels as the recipe has them drawn. */
const textsOf = async (z: (number | null)[]): Promise<PlotOptions> => {
  const { stages, vars } = readPipeline({ source: await readFile(join(ROOT, RECIPE), 'utf8'), file: RECIPE });
  const messages = stages.flatMap((stage) => (stage.kind === 'generate' ? stage.generate.messages : []));
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const plot = parts.flatMap((part) => ('image' in part && part.image.plot !== undefined ? [part.image.plot] : []))[0];
  const rendered = (text = ''): string => compileTemplate(text).render({ vars, z, frequency: FREQUENCY });
  return { title: rendered(plot?.title), xLabel: rendered(plot?.xLabel), yLabel: rendered(plot?.yLabel) };
};

/** One cell of the row that is shown. */
const cell = async (path: string, column: string): Promise<string> => {
  const file = { name: path, bytes: (await stat(path)).size, open: () => createReadStream(path) };
  for await (const item of readSource({ format: 'csv', paths: [path], derive: [] }, [file], { vars: {} }))
    if ('fields' in item && item.fields['id'] === KEY) return item.fields[column] as string;
  throw new Error(`${path} has no row ${KEY}`);
};

const draw = ({ receipt, caption, series, texts }: Run): string => {
  const captionLines = wrapped(`“${caption}”`, LINE_CHARACTERS);
  const terminalLines = [`$ ./batchmill ${COMMAND.join(' ')}`, ...receipt.split('\n')];
  const { width: plotWidth, height: plotHeight } = plotSize(series.length);
  const shownHeight = Math.round((plotHeight * PLOT_WIDTH) / plotWidth);
  const captionTop = MARGIN + shownHeight + 40;
  const terminalTop = captionTop + captionLines.length * LINE + 8;
  const terminalHeight = terminalLines.length * LINE + 26;
  const height = terminalTop + terminalHeight + MARGIN;
  const plot = plotSvg([{ name: 'z', series }], texts).replace(
    /^<svg [^>]*>/,
    `<svg x="${MARGIN}" y="${MARGIN}" width="${PLOT_WIDTH}" height="${shownHeight}" viewBox="0 0 ${plotWidth} ${plotHeight}">`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<rect width="${WIDTH}" height="${height}" rx="10" fill="#ffffff" stroke="#d0d7de"/>`,
    plot,
    text(captionLines, { x: MARGIN + 8, y: captionTop, fill: '#24292f', family: 'sans-serif', size: 15 }),
    `<rect x="${MARGIN}" y="${terminalTop - 4}" width="${PLOT_WIDTH}" height="${terminalHeight}" rx="6" fill="#161b22"/>`,
    text(terminalLines, {
      x: MARGIN + 16,
      y: terminalTop + 26,
      fill: '#e6edf3',
      family: 'ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace',
      size: 13.5,
    }),
    '</svg>\n',
  ].join('\n');
};

type Style = { x: number; y: number; fill: string; family: string; size: number };

const text = (lines: string[], { x, y, fill, family, size }: Style): string =>
  [
    `<g font-family="${family}" font-size="${size}" fill="${fill}" xml:space="preserve">`,
    ...lines.map((line, index) => `<text x="${x}" y="${y + index * LINE}">${escaped(line)}</text>`),
    '</g>',
  ].join('\n');

const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const wrapped = (paragraph: string, characters: number): string[] => {
  const lines = [''];
  for (const word of paragraph.split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (line.length <= characters) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
};

await mkdir(dirname(PICTURE), { recursive: true });
await writeFile(PICTURE, draw(await run()));
console.log(`${PICTURE} is made.`);
