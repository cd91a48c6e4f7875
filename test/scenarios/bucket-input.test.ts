import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openS3Store } from '@batchmill/object-store';
import { startS3Server } from '@batchmill/testkit';
import { expect, test } from 'vitest';
import { batchmill } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: from-a-bucket
source: { path: "s3://inputs/2026/rows.jsonl" }
key: id
steps:
  - id: greet
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Greet {{ name }}", into: greeting }
output: { format: jsonl, file: out.jsonl, columns: [id, greeting] }
`;

test('a pipeline reads its rows from a bucket, in embedded mode as well, once the bucket is allowed', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeFile(at('pipeline.yaml'), PIPELINE);
  const server = await startS3Server();
  const { accessKeyId, secretAccessKey, url: endpoint } = server;
  const store = await openS3Store({ accessKeyId, secretAccessKey, endpoint, bucket: server.bucket('inputs') });
  await using simulator = await startSimulatorBeside(at('simulator'));
  try {
    await store.putBlob('2026/rows.jsonl', Buffer.from('{"id":1,"name":"Ada"}\n{"id":2,"name":"Grace"}\n'));
    const environment = {
      BATCHMILL_SIMULATOR_URL: simulator.url,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const options = ['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')];

    const refused = await batchmill(options, environment);
    expect(refused.code, refused.output).toBe(2);
    expect(refused.output).toContain('have the bucket "inputs" added to API_INPUT_BUCKETS');
    expect(await simulator.meter()).toMatchObject({ rows_paid: 0 });

    const allowed = { ...environment, API_INPUT_BUCKETS: 'inputs' };
    const run = await batchmill(options, allowed);
    expect(run.code, run.output).toBe(0);
    expect((await readFile(at('out/out.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);

    await store.putBlob('2026/rows.jsonl', Buffer.from('{"id":3,"name":"Joan"}\n'));
    const changed = await batchmill(options, allowed);
    expect(changed.code, changed.output).toBe(2);
    expect(changed.output).toContain('--new starts another run');
    expect(await simulator.meter()).toMatchObject({ rows_paid: 2 });
  } finally {
    await store.close();
    await server.close();
  }
});
