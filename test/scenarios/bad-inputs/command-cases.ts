import type { BadInput } from './bad-input.ts';
import { CLOSED_PORT } from './surroundings.ts';

export const commandCases: BadInput[] = [
  { title: 'An unknown command', command: ['rum'], exitCode: 2, says: ['rum', 'run', '--help'] },
  {
    title: 'An unknown option',
    command: ['run', 'pipeline.yaml', '--provder', 'simulator'],
    exitCode: 2,
    says: ['--provder', '--provider'],
  },
  { title: 'No pipeline named', command: ['run'], exitCode: 2, says: ['pipeline', '--help'] },
  {
    title: 'A limit that is no number',
    command: ['run', 'pipeline.yaml', '--limit', 'ten'],
    exitCode: 2,
    says: ['--limit', 'ten', 'whole number'],
  },
  {
    title: 'Nothing to spend',
    command: ['run', 'pipeline.yaml', '--max-cost', '0'],
    exitCode: 2,
    says: ['--max-cost', '0', '2.50'],
  },
  { title: 'No job here yet', command: ['status'], exitCode: 2, says: ['no job here', 'batchmill run', '--data'] },
  {
    title: 'A job that there is not',
    files: { '.batchmill/owned': '' },
    command: ['status', 'zd3b'],
    exitCode: 2,
    says: ['"zd3b"', 'batchmill jobs'],
  },
  {
    title: 'The data of `new` are not there',
    command: ['new', 'films.csv'],
    exitCode: 2,
    says: ['films.csv', 'no such file'],
  },
  {
    title: '`--url` is no address',
    command: ['jobs', '--url', 'localhost:8080'],
    exitCode: 2,
    says: ['"localhost:PORT" is no URL', 'http://localhost:PORT'],
  },
  {
    title: 'No server at `--url`',
    command: ['jobs', '--url', `http://127.0.0.1:${CLOSED_PORT}`],
    exitCode: 1,
    says: ['http://127.0.0.1:PORT', '--url', 'running'],
  },
  {
    title: '`submit` without a server',
    command: ['submit', 'pipeline.yaml'],
    exitCode: 2,
    says: ['--url', 'batchmill up'],
  },
  {
    title: 'An outcome that there is not',
    command: ['rows', '--outcome', 'bad'],
    exitCode: 2,
    says: ['bad', 'refused'],
  },
  {
    title: 'A port that is none',
    command: ['up', '--port', '99999'],
    exitCode: 2,
    says: ['--port', '99999', '65535'],
  },
];
