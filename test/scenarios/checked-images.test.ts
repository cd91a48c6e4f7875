import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RejectedRow, Report } from '@batchmill/contracts';
import { openS3Store } from '@batchmill/object-store';
import { gif, noise } from '@batchmill/prompts/testing';
import { startS3Server } from '@batchmill/testkit';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { jsonLines } from './support/json-lines.ts';
import { startPictureServer } from './support/picture-server.ts';
import { batchmill } from './support/processes.ts';
import { sentRequests } from './support/sent-requests.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: checked-images
source: { format: jsonl, path: rows.jsonl }
key: id
max_invalid: 100%
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - id: linked
    when: link
    generate: { image: { url: "{{ link }}", detail: low }, prompt: "Describe it.", into: text }
  - id: linked_again
    when: link
    generate: { image: { url: "{{ link }}" }, prompt: "{{ text }} What else?", into: more }
  - id: found
    when: file
    generate: { image: { path: "{{ file }}", detail: high }, prompt: "Describe it.", into: text }
output: { format: jsonl, file: texts.jsonl, columns: [id, text] }
`;

const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'latin1');

test('rows whose pictures no model could take are never sent, and every row has one outcome', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const photo = await noise(1600, 1200, 'jpeg');
  const small = await noise(50, 40, 'png');
  await using web = await startPictureServer({
    '/ok.png': { bytes: small },
    '/gifts/a.jpg': { bytes: small },
    '/mp4.png': { bytes: gif(1) },
    '/moved.png': { status: 301, location: '/ok.png' },
    '/forbidden.png': { status: 403 },
    '/inside.png': { status: 302, location: 'http://169.254.169.254/latest/meta-data' },
    '/drawing.png': { bytes: Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>') },
    '/video.jpg': { bytes: MP4 },
    '/moving.jpg': { bytes: gif(3) },
    '/slow.png': 'silence',
  });
  const s3 = await startS3Server();
  const { accessKeyId, secretAccessKey, url: endpoint } = s3;
  const bucket = await openS3Store({ accessKeyId, secretAccessKey, endpoint, bucket: s3.bucket('pictures') });
  await bucket.putBlob('photo.jpg', photo);
  await bucket.close();

  const links: Record<string, string> = {
    ok: `${web.url}/ok.png?signature=secret`,
    'ok-again': `${web.url}/ok.png?signature=secret`,
    gifts: `${web.url}/gifts/a.jpg`,
    'mp4-by-name': `${web.url}/mp4.png`,
    moved: `${web.url}/moved.png`,
    dead: `${web.url}/none.png?signature=secret`,
    forbidden: `${web.url}/forbidden.png`,
    inside: `${web.url}/inside.png`,
    loopback: `http://127.0.0.2:${web.port}/ok.png`,
    drawing: `${web.url}/drawing.png`,
    video: `${web.url}/video.jpg`,
    moving: `${web.url}/moving.jpg`,
    slow: `${web.url}/slow.png`,
  };
  const files: Record<string, string> = {
    photo: 'pictures/photo.jpg',
    copy: 'pictures/copy-of-photo.jpg',
    small: 'pictures/small.png',
    clip: 'pictures/clip.png',
    object: 's3://pictures/photo.jpg',
    'no-object': 's3://pictures/none.jpg',
    'not-allowed': 's3://secrets/photo.jpg',
  };
  await mkdir(at('pictures'));
  await writeFile(at('pictures/photo.jpg'), photo);
  await writeFile(at('pictures/copy-of-photo.jpg'), photo);
  await writeFile(at('pictures/small.png'), small);
  await writeFile(at('pictures/clip.png'), MP4);
  const rows = [
    ...Object.entries(links).map(([id, link]) => ({ id, link, file: null })),
    ...Object.entries(files).map(([id, file]) => ({ id, link: null, file })),
  ];
  await writeFile(at('rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  await writeFile(at('pipeline.yaml'), PIPELINE);
  await using simulator = await startSimulatorBeside(at('simulator'));
  const environment = {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    API_INPUT_BUCKETS: 'pictures',
    IMAGE_LINK_ALLOW: '127.0.0.1',
    IMAGE_LINK_TIMEOUT_MS: '2000',
  };
  const run = await batchmill(
    ['run', at('pipeline.yaml'), '--check-urls', '--out', at('out'), '--data', at('state')],
    environment,
  );
  await s3.close();
  expect(run.code, run.output).toBe(3);

  const accepted = ['ok', 'ok-again', 'gifts', 'mp4-by-name', 'moved', 'photo', 'copy', 'small', 'object'];
  const delivered = await jsonLines<{ id: string }>(at('out/texts.jsonl'));
  expect(delivered.map(({ id }) => id)).toEqual(accepted);
  const rejects = await jsonLines<RejectedRow>(at('out/rejects.jsonl'));
  expect(Object.fromEntries(rejects.map(({ key, outcome, reason }) => [key, `${outcome} ${reason.code}`]))).toEqual({
    dead: 'invalid image-link-dead',
    forbidden: 'invalid image-link-forbidden',
    inside: 'invalid image-link-private',
    loopback: 'invalid image-link-private',
    drawing: 'invalid image-not-a-picture',
    video: 'invalid image-not-a-picture',
    moving: 'invalid image-animated',
    slow: 'invalid image-link-unanswered',
    clip: 'invalid image-not-a-picture',
    'no-object': 'invalid image-missing',
    'not-allowed': 'invalid image-not-allowed',
  });
  expect(delivered.length + rejects.length).toBe(rows.length);
  const said = rejects.map(({ reason }) => reason.message).join('\n');
  expect(said).toContain(`the picture at ${web.url}/none.png?… is not there (status 404)`);
  expect(said).not.toContain('signature');
  expect(said).toContain('the picture "none.jpg" of bucket "pictures" is not there');

  // of the others no line was ever uploaded: 5 links in two steps, 4 files in one
  expect(await simulator.meter()).toMatchObject({ rows_paid: 14, rows_paid_twice: 0 });
  const sent = (await sentRequests(simulator.url)).map(({ body }) => JSON.stringify(body));
  expect(sent).toHaveLength(14);
  for (const name of ['none', 'forbidden', 'inside', '127.0.0.2', 'drawing', 'video', 'moving', 'slow'])
    expect(sent.filter((body) => body.includes(name))).toEqual([]);
  // equal rows and both steps share one look; what is not answered is asked three times
  expect(Object.fromEntries(web.asked)).toMatchObject({
    '/ok.png': 2,
    '/gifts/a.jpg': 1,
    '/none.png': 1,
    '/forbidden.png': 1,
    '/slow.png': 3,
  });

  const report = JSON.parse(await readFile(at('out/report.json'), 'utf8')) as Report;
  const { pictures } = report.steps.find(({ step }) => step === 'found') ?? {};
  expect(pictures).toMatchObject({ inlined: 4, distinct: 2, originalBytes: 3 * photo.length + small.length });
  expect(pictures?.sentBytes ?? 0).toBeLessThan((pictures?.originalBytes ?? 0) / 2);
  expect(report.steps.map(({ step, pictures: of }) => [step, of?.inlined])).toEqual([
    ['linked', undefined],
    ['linked_again', undefined],
    ['found', 4],
  ]);
  const status = await batchmill(['status', '--data', at('state')], environment);
  expect(status.output).toMatch(/found .*4 pictures in .* saved\)/);

  expect(await storedSizes(at('state'), photo.length)).toBe(1);
});

/** Blobs of this size in the store of an embedded run. */
const storedSizes = async (state: string, bytes: number): Promise<number> => {
  const entries = await readdir(state, { recursive: true, withFileTypes: true });
  const contents = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && entry.parentPath.includes('uploads'))
      .map((entry) => readFile(path.join(entry.parentPath, entry.name))),
  );
  return contents.filter(({ length }) => length === bytes).length;
};
