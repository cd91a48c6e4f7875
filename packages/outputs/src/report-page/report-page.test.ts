import type { Report } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { reportPage } from './report-page.ts';
import type { ReportPageParts } from './report-page.ts';

const report = (changes: Partial<Report> = {}): Report => ({
  v: 1,
  job: 'abcdefghijklmnop',
  name: 'captions',
  run: 1,
  state: 'completed-with-rejects',
  simulated: false,
  rows: { source: 1200, rejectedAtSource: 7, entered: 1193, delivered: 1190 },
  outcomes: { ok: 1190, invalid: 7, failed: 3 },
  rejectsByReason: {},
  steps: [
    {
      step: 'caption',
      stage: '001',
      entering: 1193,
      outcomes: { ok: 1190, failed: 3 },
      askedAgain: { expired: 20 },
      attempts: 2,
      batches: 1,
      inputTokens: 54_321,
      outputTokens: 9876,
      estimatedCost: 0.5,
      cost: 0.1234,
      realtimeCost: 0.2468,
      startedAt: 0,
      endedAt: 1,
      pictures: { inlined: 1300, distinct: 41, originalBytes: 987_654, sentBytes: 123_456 },
    },
  ],
  tokens: { input: 54_321, output: 9876 },
  cost: { estimated: 0.5, paid: 0.1234, realtime: 0.2468, currency: 'USD' },
  paidTwice: 0,
  batches: [],
  files: [{ path: 'qa/train-00000.parquet', rows: 1190, bytes: 4321, sha256: 'ab'.repeat(32) }],
  warnings: ['The field "x" holds values of different types'],
  startedAt: Date.UTC(2025, 0, 1, 10),
  endedAt: Date.UTC(2025, 0, 1, 11, 2, 3),
  ...changes,
});

const partsWith = (text: string): ReportPageParts => ({
  report: report({
    name: text,
    warnings: [text],
    files: [{ path: text, rows: 1, bytes: 1, sha256: text }],
    batches: [{ batchId: text, step: text, shard: 0, state: text, requests: 1, createdAt: null, endedAt: null }],
  }),
  rows: [
    {
      key: text,
      fields: [
        { name: text, value: { text } },
        { name: text, value: { svg: text } },
      ],
      steps: [{ step: text, model: text, messages: [{ role: text, pieces: [{ text }, { svg: text }] }], answer: text }],
    },
  ],
  rejects: [{ reason: text, rows: 2, examples: [{ key: text, outcome: text, message: text }] }],
});

test('the page has the accounting, the receipt, rows, rejects and files', () => {
  const page = reportPage({ ...partsWith('some text'), report: report() });
  for (const shown of [
    'captions',
    '1,200',
    '1,190',
    '54,321',
    '$0.123',
    'expired: 20',
    '1:02:03',
    'some text',
    '1,300 pictures',
    '123,456',
  ])
    expect(page).toContain(shown);
  expect(page).toContain('different types');
  expect(page).toContain('qa/train-00000.parquet');
  expect(page).not.toContain('made up');
  expect(reportPage({ rows: [], rejects: [], report: report({ simulated: true }) })).toContain('made up');
});

test('any text is shown as text, and adds nothing to the page but text', () => {
  const elementsIn = (page: string): number => page.split('<').length;
  const quotesIn = (page: string): number => page.split('"').length;
  const plain = reportPage(partsWith('x'));
  const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', '`', '${', '\0', '\uD800') });
  fc.assert(
    fc.property(hostile, (text) => {
      const page = reportPage(partsWith(text));
      expect(elementsIn(page)).toBe(elementsIn(plain));
      expect(quotesIn(page)).toBe(quotesIn(plain));
    }),
  );
});

test('the page loads nothing and runs nothing', () => {
  const page = reportPage(partsWith('x'));
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<(script|link|iframe|object|embed)|@import|url\(|https?:/);
  for (const [, source] of page.matchAll(/src="([^"]*)"/g)) expect(source).toMatch(/^data:image\/svg\+xml;base64,/);
});

test('a very long prompt, and very many files, are cut', () => {
  const file = { path: 'a.csv', rows: 1, bytes: 1, sha256: '' };
  const many = report({ files: Array.from({ length: 2000 }, () => file) });
  const long = partsWith('x'.repeat(1_000_000));
  const page = reportPage({ report: many, rows: long.rows, rejects: [] });
  expect(page.split('a.csv').length).toBeLessThan(300);
  expect(page).toContain('1,800 more files');
});

test('where no price is known, no amount is shown', () => {
  const cost = { estimated: 0, paid: 0, realtime: 0, currency: 'USD' as const, unpriced: ['llama-9'] };
  const page = reportPage({ ...partsWith('x'), report: report({ cost }) });
  expect(page).toContain('<b>not known</b><span>paid</span>');
});
