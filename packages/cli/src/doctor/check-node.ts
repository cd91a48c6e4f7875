import type { Check } from './check.ts';
import { missing, ok } from './check.ts';

const OLDEST_MAJOR = 24;

export const checkNode = (version: string): Check => ({
  name: 'Node',
  look: async () =>
    Number(version.replace(/^v/, '').split('.')[0]) >= OLDEST_MAJOR
      ? ok(version)
      : missing(version, `Batchmill needs Node ${OLDEST_MAJOR} or newer. The script ./batchmill brings its own.`),
});
