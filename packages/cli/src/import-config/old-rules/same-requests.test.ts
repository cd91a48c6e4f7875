import { readFileSync } from 'node:fs';
import type { Fields } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { importText } from '../import-text.fixture.ts';
import { requestLine, stageOf } from '../make-request.fixture.ts';

/* requests.fixture.json is made by Python itself: make_requests.py reads the same configuration and follows the old rules. */

type OldRow = {
  fields: Fields;
  turns: { question: string; answer: string }[];
  open: string;
  lacks_in_questions: string[];
};

const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const { rows, requests } = JSON.parse(here('requests.fixture.json')) as {
  rows: OldRow[];
  requests: Record<string, object[]>;
};
const imported = importText(here('config.fixture.yaml'));

describe('the requests of an imported configuration are those of the old rules, line for line', () => {
  test('for every step of it', () => {
    expect(imported.steps.map(({ name }) => name)).toEqual(Object.keys(requests));
  });

  test.each(imported.steps)('step $name', async ({ name, id }) => {
    const stage = stageOf(imported, id);
    const lines = await Promise.all(rows.map((row) => requestLine(stage, fieldsBefore(row, name))));
    expect(lines).toEqual(requests[name]?.map((request) => JSON.stringify(request)));
  });
});

/** What a row has when a step comes to it. */
const fieldsBefore = ({ fields, turns, open, lacks_in_questions: lacks }: OldRow, step: string): Fields => {
  const lacking = step.includes('question') ? lacks : [];
  const had = Object.entries(fields).filter(([field]) => !lacking.includes(field));
  return { ...Object.fromEntries(had), dialogue: turns, ...(step === 'answer' ? { question: open } : {}) };
};
