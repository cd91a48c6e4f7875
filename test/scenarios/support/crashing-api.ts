/**
 * The job API as a process that tells every effect it comes to, one per line on stdout, and dies at the one whose name
 * stands in the file CRASH_FILE (`<moment> <effect>`).
 */
import { readFileSync } from 'node:fs';
import { readProviders } from '@batchmill/providers';
import { service, startServer } from '@batchmill/service-api';
import { createLogger, createMetrics, createSecrets, openBackends, readConfig } from '@batchmill/service-host';
import { aroundEffects } from './effects.ts';

const crashFile = process.env.CRASH_FILE ?? '';
const config = readConfig(service.config, process.env);
const around = aroundEffects((effect, moment) => {
  const point = `${moment} ${effect}`;
  process.stdout.write(`point ${point}\n`);
  if (readFileSync(crashFile, 'utf8') === point) process.kill(process.pid, 'SIGKILL');
});
const backends = await openBackends(config, readProviders(process.env), around);
const log = createLogger({ service: 'api', level: 'error', secrets: createSecrets() });
const { url } = await startServer({ config, log, metrics: createMetrics(), backends });
process.stdout.write(`${JSON.stringify({ url })}\n`);
