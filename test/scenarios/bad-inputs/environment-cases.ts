import { MOVIES, pipelineWith } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';
import { badGateway, CLOSED_PORT, readOnlyDisk, simulatorAsOpenai, smallDisk } from './surroundings.ts';

const OPENAI = ['run', 'pipeline.yaml', '--provider', 'openai', '--yes'];
const KEY = 'sk-test-1234567890abcdef';

export const providerCases: BadInput[] = [
  {
    title: 'No key',
    command: OPENAI,
    exitCode: 2,
    says: ['OPENAI_API_KEY', '--provider simulator'],
  },
  {
    title: 'A wrong key',
    command: OPENAI,
    arrange: simulatorAsOpenai('invalid'),
    exitCode: 2,
    says: ['openai', 'key', 'environment'],
  },
  {
    title: 'A base URL that is none',
    command: OPENAI,
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'api.openai.com' },
    exitCode: 2,
    says: ['OPENAI_BASE_URL', 'api.openai.com', 'https://'],
    hides: [KEY],
  },
  {
    title: 'The provider is down',
    command: OPENAI,
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `http://127.0.0.1:${CLOSED_PORT}/v1` },
    exitCode: 1,
    says: ['127.0.0.1:PORT', 'ECONNREFUSED', 'can be reached'],
    hides: [KEY],
  },
  {
    title: 'The provider answers with a page for people, and 502',
    command: OPENAI,
    arrange: badGateway,
    exitCode: 1,
    says: ['502', '127.0.0.1'],
    hides: ['sk-test-1234567890'],
  },
  {
    title: 'A base URL without /v1',
    command: OPENAI,
    arrange: async (folder) => {
      const surroundings = await simulatorAsOpenai('sk-test')(folder);
      const base = surroundings.environment?.['OPENAI_BASE_URL'] ?? '';
      return { ...surroundings, environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: base.replace(/\/v1$/, '') } };
    },
    exitCode: 2,
    says: ['/v1'],
  },
  {
    title: 'Nobody is there to agree to the price',
    command: ['run', 'pipeline.yaml'],
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://192.0.2.1/v1' },
    exitCode: 2,
    says: ['--yes', '--max-cost', '--provider simulator'],
    hides: [KEY],
  },
  {
    title: 'The limit of the cost is below the price of the first batch',
    command: ['run', 'pipeline.yaml', '--max-cost', '0.00001'],
    arrange: simulatorAsOpenai(KEY),
    exitCode: 1,
    leavesJob: true,
    says: ['max_cost', 'batchmill resume JOB', '--max-cost'],
  },
  {
    title: 'The simulator at BATCHMILL_SIMULATOR_URL is down',
    environment: { BATCHMILL_SIMULATOR_URL: `http://127.0.0.1:${CLOSED_PORT}` },
    exitCode: 1,
    says: ['"simulator"', '127.0.0.1:PORT', 'can be reached'],
    corrected: {},
  },
];

export const machineCases: BadInput[] = [
  {
    title: 'Redis is down',
    environment: { REDIS_URL: `redis://:geheim@127.0.0.1:${CLOSED_PORT}` },
    exitCode: 1,
    says: ['127.0.0.1:PORT', 'REDIS_URL', 'Start it'],
    hides: ['geheim'],
    corrected: {},
  },
  {
    title: 'REDIS_URL is no address',
    environment: { REDIS_URL: 'localhost' },
    exitCode: 2,
    says: ['REDIS_URL', '"localhost"', 'redis://host:6379'],
  },
  {
    title: 'No Redis on the machine, and none can be fetched',
    environment: { PATH: '/nowhere', HOME: '/dev/null' },
    exitCode: 1,
    says: ['redis-server', 'apt-get install', 'REDIS_URL'],
    corrected: {},
  },
  {
    title: 'The state folder is a file',
    files: { '.batchmill': 'a file' },
    exitCode: 2,
    says: ['/films/.batchmill', '--data'],
  },
  {
    title: 'The store is a file',
    files: { '.batchmill/store': 'a file' },
    exitCode: 2,
    says: ['/films/.batchmill/store', 'another folder'],
  },
  {
    title: 'The state folder cannot be written',
    arrange: readOnlyDisk('.batchmill'),
    needs: 'mount',
    exitCode: 2,
    says: ['/films/.batchmill', '--data'],
    corrected: {},
  },
  {
    title: 'The disk of the state folder is full',
    files: { 'movies.csv': `${MOVIES}4,${'x'.repeat(900_000)}\n` },
    arrange: smallDisk('.batchmill', '1m'),
    needs: 'mount',
    exitCode: 1,
    says: ['/films/.batchmill/store', 'full', 'batchmill resume JOB'],
    leavesJob: true,
    corrected: {},
  },
  {
    title: '`--out` is a file',
    files: { out: 'a file' },
    exitCode: 2,
    says: ['/films/out', '--out'],
  },
  {
    title: 'An output would overwrite the data',
    files: pipelineWith('summaries.csv', 'movies.csv'),
    command: ['run', 'pipeline.yaml', '--provider', 'simulator', '--out', '.'],
    exitCode: 2,
    says: ['movies.csv', 'overwrite', '--out'],
  },
  {
    title: 'The output folder cannot be written',
    arrange: readOnlyDisk('out'),
    needs: 'mount',
    exitCode: 2,
    says: ['/films/out', '--out'],
    corrected: {},
  },
  {
    title: 'The disk of the output folder is full',
    files: {
      ...pipelineWith('{ file: summaries.csv }', '[{ file: summaries.csv }, { file: titles.jsonl, rows: all }]'),
      'movies.csv': `${MOVIES}4,${'x'.repeat(300_000)}\n`,
    },
    arrange: smallDisk('out', '256k'),
    needs: 'mount',
    exitCode: 1,
    says: ['/films/out', 'full', 'same command again'],
    corrected: {},
    delivers: true,
  },
];
