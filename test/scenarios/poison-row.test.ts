import path from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { createClient } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { startDeployment } from './support/deployment.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 60;
const POISON = 17;
const PIPELINE = `name: poison
source: { format: jsonl, path: rows.jsonl }
key: id
shards: { rows: 20 }
steps:
  - id: describe
    generate:
      provider: simulator
      model: gpt-4o-mini
      messages: [{ role: user, content: [{ text: Describe this. }, { image: { plot: series } }] }]
      into: text
output: { format: jsonl, file: texts.jsonl }
`;

test('R14 a row that kills the process is rejected after at most three deaths, and all others are done', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment'), store: 'fs' });
  const client = createClient({ url: deployment.url });
  const healthy = deployment.workers.find(({ name }) => name === 'request-builder');
  await healthy?.running.stop();

  let deaths = 0;
  let isOver = false;
  const keepAlive = async (): Promise<void> => {
    while (!isOver) {
      const builder = deployment.startWorker('request-builder', 'test/scenarios/support/poisoned-builder.ts');
      if ((await builder.ended) === 'SIGKILL') deaths += 1;
    }
  };
  const keeping = keepAlive();

  const lines = Array.from({ length: ROWS }, (_, row) =>
    JSON.stringify({ id: `r${row}`, series: [row, row + 1, row === POISON ? 666 : 3] }),
  );
  const upload = await client.upload('rows.jsonl', { bytes: new TextEncoder().encode(lines.join('\n')) });
  const input = [{ name: 'rows.jsonl', upload: upload.id }];
  const { id } = await client.createJob({ pipeline: PIPELINE, input }, 'poison');
  for await (const status of client.events(id)) if (isFinalState(status.state)) break;
  isOver = true;
  const { outcomes } = await client.job(id);
  expect(outcomes).toEqual({ ok: ROWS - 1, invalid: 1 });
  const { rows } = await client.rows(id, { outcome: 'invalid' });
  expect(rows).toMatchObject([{ key: `r${POISON}`, reason: { code: 'crashed' } }]);
  expect(deaths).toBeGreaterThanOrEqual(1);
  expect(deaths).toBeLessThanOrEqual(3);
  await deployment[Symbol.asyncDispose]();
  await keeping;
});
