import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPlotRenderer } from '@batchmill/prompts';
import { expect, test } from 'vitest';
import { batchmill } from './support/processes.ts';
import { sentRequests } from './support/sent-requests.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: pictures
source: { format: json, path: rows.json }
key: id
steps:
  - id: describe
    generate:
      provider: simulator
      model: gpt-4o-mini
      messages:
        - role: user
          content:
            - text: "Describe {{ id }}."
            - image: { plot: series, detail: high }
            - image: { path: "{{ picture }}" }
            - image: { url: "{{ link }}" }
      into: text
output: { format: jsonl, file: texts.jsonl }
`;

test('plots have the sizes of their lengths, local pictures are sent inline, links as they are', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const plots = createPlotRenderer({ threads: 1 });
  await mkdir(at('pictures'));
  await writeFile(at('pictures/one.png'), await plots.render([{ name: 'series', series: [1, 2, 3] }]));
  await plots.close();
  const rows = [499, 500, 1499, 1500].map((points) => ({
    id: `n${points}`,
    series: Array.from({ length: points }, (_, index) => Math.sin(index / 9)),
    picture: 'pictures/one.png',
    link: `https://example.com/${points}.jpg`,
  }));
  await writeFile(at('rows.json'), JSON.stringify([...rows, { ...rows[0], id: 'gone', picture: 'pictures/gone.png' }]));
  await writeFile(at('pipeline.yaml'), PIPELINE);
  await using simulator = await startSimulatorBeside(at('simulator'));
  const environment = { BATCHMILL_SIMULATOR_URL: simulator.url };

  const refused = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')], environment);
  expect(refused.code).toBe(2);
  expect(refused.output).toMatch(/pictures\/gone\.png/);
  expect((await simulator.meter()).files).toBe(0);

  await writeFile(at('rows.json'), JSON.stringify(rows));
  const preview = await batchmill(['preview', at('pipeline.yaml'), '--data', at('state')], environment);
  expect(preview.code, preview.output).toBe(0);
  expect(preview.output).toMatch(/data:image\/png/);
  expect((await simulator.meter()).files).toBe(0);

  const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')], environment);
  expect(run.code, run.output).toBe(0);

  const sent = await requestsAt(simulator.url);
  expect(sent.map(({ plot }) => plot)).toEqual([
    { width: 1200, height: 600 },
    { width: 1500, height: 500 },
    { width: 1500, height: 500 },
    { width: 1800, height: 400 },
  ]);
  expect(sent.map(({ picture }) => picture)).toEqual(rows.map(() => ({ width: 1200, height: 600 })));
  expect(sent.map(({ link }) => link)).toEqual(rows.map(({ link }) => link));
});

type ImagePart = { image_url: { url: string } };

const requestsAt = async (url: string) =>
  (await sentRequests(url)).map(({ body }) => {
    const [, plot, picture, link] = (body.messages[0]?.content ?? []) as ImagePart[];
    return {
      plot: pngSize(plot?.image_url.url ?? ''),
      picture: pngSize(picture?.image_url.url ?? ''),
      link: link?.image_url.url,
    };
  });

/** Width and height from the header chunk of a PNG in a data URL. */
const pngSize = (url: string): { width: number; height: number } => {
  const bytes = Buffer.from(url.replace('data:image/png;base64,', ''), 'base64');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};
