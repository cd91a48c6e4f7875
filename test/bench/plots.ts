/**
 * How many plots of 850 points become parts of requests in a second on all cores, against the rasteriser alone, which is
 * given the finished SVGs in as many threads.
 *
 *     node_modules/.bin/node test/bench/plots.ts [PLOTS] [--rounds N] [--threads N]
 *
 * All three take turns in each round, so that other work on the machine meets them alike; the medians are printed. The
 * computing time, over all threads, is hardly touched by other work: on a busy machine compare that.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { GenerateStage, Row } from '@batchmill/contracts';
import { createPlotRenderer, createRequestMaker, plotSvg } from '@batchmill/prompts';
import { startRasterisers } from './rasterisers.ts';

const POINTS = 850;
const STAGE: GenerateStage = {
  number: '001',
  step: 'caption',
  kind: 'generate',
  generate: {
    provider: 'simulator',
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o',
    params: {},
    messages: [{ role: 'user', content: [{ image: { plot: { fields: ['series'] }, detail: 'high' } }] }],
    into: 'caption',
    retryAttempts: 3,
  },
};

const WHAT = {
  requests: 'rows to requests (SVG, pixels, PNG, base64, JSON)',
  pixels: 'rasteriser alone, SVG to pixels',
  png: 'rasteriser alone, SVG to its own PNG',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, threads: { type: 'string' } },
});
const count = Number(positionals[0] ?? 200);
const rounds = Number(values.rounds);
const threads = Number(values.threads ?? availableParallelism());

const rows = Array.from({ length: count }, (_, number) => rowOf(number));
const svgs = rows.map(({ fields }) => plotSvg([{ name: 'series', series: fields['series'] as number[] }]));
const plots = createPlotRenderer({ threads });
const rasterisers = startRasterisers(threads);
const pixels = () => rasterisers.run(svgs, 'pixels');
const png = () => rasterisers.run(svgs, 'png');

let bytes = 0;
type Measured = { seconds: number[]; computing: number[] };
const measured: Record<string, Measured> = {};
await Promise.all([requests(), pixels()]);
for (let round = 0; round < rounds; round += 1) {
  for (const [name, work] of Object.entries({ requests, pixels, png })) {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    const { seconds, computing } = (measured[name] ??= { seconds: [], computing: [] });
    seconds.push((performance.now() - startedAt) / 1000);
    computing.push((user + system) / 1000);
  }
}
await Promise.all([plots.close(), rasterisers.close()]);

console.log(`${count} plots of ${POINTS} points, ${threads} threads, median of ${rounds} rounds`);
for (const [name, what] of Object.entries(WHAT)) console.log(line(name, what));
console.log(`${Math.round(bytes / count / 1024)} KiB of request per plot`);

/** Asks for plots as the request-builder does: a bounded number at once, in order. */
async function requests(): Promise<void> {
  const maker = createRequestMaker({ stage: STAGE, vars: {}, plots });
  const waiting = rows.values();
  bytes = 0;
  const work = async (): Promise<void> => {
    for (const row of waiting) {
      const { body } = await maker.make(row);
      bytes += Buffer.byteLength(JSON.stringify(body));
    }
  };
  await Promise.all(Array.from({ length: Math.max(16, plots.concurrency) }, work));
}

/** A day's and a week's rhythm, a trend and noise: the same for the same number. */
function rowOf(number: number): Row {
  let state = number + 1;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const series = Array.from(
    { length: POINTS },
    (_, hour) =>
      600 + 200 * Math.sin(hour / 3.82) + 60 * Math.sin(hour / 26.7) + (number % 5) * hour * 0.1 + 40 * noise(),
  );
  return { id: number.toString(36), key: `series-${number}`, home: 0, line: number + 1, fields: { series } };
}

function median(sample: number[]): number {
  return sample.toSorted((a, b) => a - b)[Math.floor(sample.length / 2)] ?? Number.NaN;
}

function line(name: string, what: string): string {
  const [perSecond, computingMs] = figures(name);
  const [ownPerSecond, ownComputingMs] = figures('requests');
  const plain = `${what.padEnd(54)} ${perSecond.toFixed(0).padStart(4)} per second, ${computingMs.toFixed(1)} ms of computing each`;
  if (name === 'requests') return plain;
  return `${plain}: ratio ${(ownPerSecond / perSecond).toFixed(2)}, by computing ${(computingMs / ownComputingMs).toFixed(2)}`;
}

function figures(name: string): [perSecond: number, computingMs: number] {
  const { seconds, computing } = measured[name] ?? { seconds: [], computing: [] };
  return [count / median(seconds), median(computing) / count];
}
