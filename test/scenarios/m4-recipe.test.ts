import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Preview } from '@batchmill/contracts';
import { createPlotRenderer } from '@batchmill/prompts';
import type { PlotRenderer } from '@batchmill/prompts';
import { expect, test } from 'vitest';
import { ROOT } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const RECIPE = path.join(ROOT, 'recipes/m4-captions');

test('defect 9 of the original: the model is told frequency, time axis and scale, so that captions can state magnitudes', async () => {
  await using folder = await temporaryFolder();
  const command = ['preview', path.join(RECIPE, 'pipeline.yaml'), '--provider', 'simulator', '--limit', '20', '--json'];
  const commandLine = [
    path.join(ROOT, 'packages/cli/src/main.ts'),
    ...command,
    '--data',
    path.join(folder.path, 'state'),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, commandLine, { maxBuffer: 10_000_000 });
  const { requests } = JSON.parse(stdout) as Preview;
  expect(requests.length).toBeGreaterThan(0);
  const series = await sampleSeries();
  const plots = createPlotRenderer({ threads: 1 });
  for (const { key, body } of requests) {
    const { messages } = body as { messages: { content: [{ text: string }, { image_url: { url: string } }] }[] };
    const [words, picture] = messages[1]?.content ?? [];
    const text = words?.text;
    const values = series.get(key) ?? [];
    expect(text).toContain(`Monthly time series of ${values.length} points`);
    expect(text).toContain(`the mean is ${Number(mean(values).toFixed(4))}`);
    expect(text).toContain(`the lowest value ${Math.min(...values)} and the highest ${Math.max(...values)}`);
    expect(picture?.image_url.url).toBe(await plotOf(plots, values));
  }
  await plots.close();
});

/** The plot with the words it has to have. */
const plotOf = async (plots: PlotRenderer, values: readonly number[]): Promise<string> => {
  const deviations = values.map((value) => value - mean(values));
  const std = Math.sqrt(deviations.reduce((sum, deviation) => sum + deviation ** 2, 0) / (values.length - 1));
  const png = await plots.render([{ name: 'z', series: deviations.map((deviation) => deviation / std) }], {
    title: `Monthly time series, ${values.length} points`,
    xLabel: 'Time in months',
    yLabel: 'Standard deviations from the mean',
  });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
};

/** Key → values; the first series of the sample have no gaps. */
const sampleSeries = async (): Promise<Map<string, number[]>> => {
  const [, ...lines] = (await readFile(path.join(RECIPE, 'sample/m4-sample.csv'), 'utf8')).trim().split('\n');
  return new Map(
    lines.slice(0, 37).map((line) => {
      const [id, ...cells] = line.split(',').map((cell) => cell.replaceAll('"', ''));
      return [`series-${id}`, cells.filter((cell) => cell !== '').map(Number)];
    }),
  );
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
