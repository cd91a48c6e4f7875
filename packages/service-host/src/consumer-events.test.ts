import { expect, test } from 'vitest';
import { consumerEvents } from './consumer-events.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';

const listen = () => {
  const lines: { level: string; msg: string }[] = [];
  const ends: string[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as { level: string; msg: string }) };
  const tell = consumerEvents(createLogger({ service: 'test', destination }), createMetrics(), (reason) => {
    ends.push(reason.message);
  });
  return { lines, ends, tell };
};

test('R6 a consumer that began anew three times without effect ends the process, so that another takes its place', () => {
  const { lines, ends, tell } = listen();
  for (const times of [1, 2]) tell({ queue: 'rows-ready', kind: 'replaced', silentMs: 60_000, times });
  expect(ends).toEqual([]);
  expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
  tell({ queue: 'rows-ready', kind: 'replaced', silentMs: 60_000, times: 3 });
  expect(ends).toEqual(['the consumer of rows-ready does not come back to life']);
});

test('R16 a full Redis is told as an error, since somebody must act; a Redis that is away is not', () => {
  const { lines, tell } = listen();
  const full = new Error("OOM command not allowed when used memory > 'maxmemory'.");
  tell({ queue: 'rows-ready', kind: 'error', error: full });
  tell({ queue: 'rows-ready', kind: 'error', error: new Error('connect ECONNREFUSED') });
  expect(lines).toMatchObject([
    { level: 'error', msg: expect.stringMatching(/Redis is full.*maxmemory/) },
    { level: 'warn', msg: 'Redis is in trouble' },
  ]);
});
