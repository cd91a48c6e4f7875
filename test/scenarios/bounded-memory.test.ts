import path from 'node:path';
import { expect, test } from 'vitest';
import { startProcess } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const MEGABYTES = 300;
// half of it is what the process takes with 1 MB; what holds the rows cannot stay below
const LIMIT_MB = 300;

test('R15 rows stream into the store, to the provider, back and through the line reader without being held', async () => {
  await using folder = await temporaryFolder();
  const running = startProcess(
    'test/scenarios/support/stream-much.ts',
    [path.join(folder.path, 'store'), String(MEGABYTES)],
    // as in infra/docker/Dockerfile
    { NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=1024' },
  );
  expect(await running.ended, running.output()).toBe(0);
  const seen = JSON.parse(running.output().trim().split('\n').at(-1) ?? '') as Record<string, number>;
  expect(seen.read).toBe(seen.lines);
  expect(seen.uploaded).toBeGreaterThan(seen.bytes ?? 0);
  expect(seen.bytes).toBeGreaterThan(MEGABYTES * 0.9 * 1024 * 1024);
  expect(seen.maxRssMb).toBeLessThan(LIMIT_MB);
});
