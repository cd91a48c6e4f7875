import type { Outcome, StepReport } from '@batchmill/contracts';
import { expect } from 'vitest';
import type { DialogueRow } from './dialogue-rows.ts';
import type { Exchange } from './provider-exchanges.ts';

/** What must have become of a row, by what the provider was asked about it and answered. */
export type Followed = {
  outcomes: Map<string, Outcome>;
  /** Stages in which its turn failed and it went on. */
  kept: Set<string>;
  /** Whether it came through every step. */
  delivered: boolean;
  captions: { cleaned?: string; generated?: string };
  turns: { question: string; answer: string }[];
  judged?: string;
};

type Circumstances = {
  stages: readonly Pick<StepReport, 'step' | 'stage' | 'round'>[];
  /** The picture of a row as it stands in a request. */
  pictureOf(row: DialogueRow): string;
  isRemoved(caption: string): boolean;
};

/** Follows a row of the recipe through the provider's files, and checks each request on the way. */
export const followDialogue = (
  row: DialogueRow,
  exchanges: Map<string, Exchange[]>,
  { stages, pictureOf, isRemoved }: Circumstances,
): Followed => {
  const followed: Followed = { outcomes: new Map(), kept: new Set(), delivered: true, captions: {}, turns: [] };
  const { outcomes, kept, captions, turns } = followed;
  let question: string | undefined;
  let isOver = false;

  const isDue = (step: string, round: number | undefined): boolean => {
    if (step === 'clean_pii') return row.caption !== '';
    if (step === 'relevance') return row.title !== undefined;
    if (round === undefined) return true;
    return !isOver && turns.length === round - 1 && (step === 'question' || question !== undefined);
  };
  /** The lines that a request must have of what was said before, and no others. */
  const said = (step: string): string[] => [
    ...turns.flatMap((turn) => [`Q: ${turn.question}`, `A: ${turn.answer}`]),
    ...(step === 'answer' ? [`Q: ${question}`] : []),
  ];
  const check = (step: string, { parts, picture, text }: Exchange): void => {
    const place = `${row.id}, ${step}`;
    if (step === 'clean_pii') return expect(text.includes(row.caption), place).toBe(true);
    if (step === 'relevance') {
      const all = turns.map((turn) => `${turn.question} ${turn.answer}\n`).join('');
      return expect(text, place).toContain(`\nPicture: ${captions.generated}\n${all}\nHow well`);
    }
    expect(parts, place).toEqual(['image_url', 'text']);
    expect(picture === pictureOf(row), `${place}: its own picture`).toBe(true);
    if (step !== 'caption_images') {
      expect(text.split('\n')[0], place).toBe(captions.generated);
      expect(
        text.split('\n').filter((line) => /^[QA]: /.test(line)),
        place,
      ).toEqual(said(step));
    } else if (captions.cleaned !== undefined) expect(text, place).toContain(`below it: ${captions.cleaned}\n`);
    else expect(text, place).not.toContain('below it');
  };
  const take = (step: string, answer: string): Outcome => {
    if (step === 'clean_pii') captions.cleaned = answer;
    if (step === 'caption_images') captions.generated = answer;
    if (step === 'question') question = answer;
    if (step === 'answer' && question !== undefined) {
      turns.push({ question, answer });
      question = undefined;
    }
    if (step === 'relevance') followed.judged = answer;
    return step === 'caption_images' && isRemoved(answer) ? 'removed' : 'ok';
  };

  for (const { step, stage, round } of stages) {
    const asked = exchanges.get(stage) ?? [];
    const isAsked = followed.delivered && isDue(step, round?.number);
    if (!isAsked) expect(asked, `${row.id} is not asked in ${stage}`).toEqual([]);
    if (!followed.delivered) continue;
    if (!isAsked) {
      outcomes.set(stage, 'skipped');
      continue;
    }
    for (const exchange of asked) check(step, exchange);
    const last = askedUntilAnswered(asked, `${row.id}, ${stage}`);
    const outcome = 'text' in last ? take(step, last.text) : last.without;
    outcomes.set(stage, outcome);
    if (outcome === 'ok') continue;
    if (round === undefined) followed.delivered = false;
    else {
      kept.add(stage);
      isOver = true;
    }
  }
  return followed;
};

/** Attempts count on from the first, and after an answer, even a refusal, there is no other. */
const askedUntilAnswered = (asked: readonly Exchange[], place: string): Exchange['answer'] => {
  expect(
    asked.map(({ attempt }) => attempt),
    place,
  ).toEqual(asked.map((_, index) => index + 1));
  const last = asked.at(-1)?.answer;
  if (last === undefined) throw new Error(`${place}: it was never asked`);
  const before = asked.slice(0, -1).map(({ answer }) => ('text' in answer ? 'answered' : answer.without));
  expect(
    before.filter((one) => one === 'answered' || one === 'refused'),
    place,
  ).toEqual([]);
  return last;
};
