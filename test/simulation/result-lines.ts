import type { BilledRow } from './meter.ts';
import { paidRow } from './meter.ts';
import type { Random } from './random.ts';

/** The one right answer to a request: it names its stage and row, so that a mix-up shows. */
export const answerTo = (row: string): string => `answer to ${row}`;

/** Lines of a batch's output and error file, in no order, some of them twice. */
export const linesOf = (
  rows: readonly BilledRow[],
  random: Random,
  lineTwice: number,
): { output: string[]; errors: string[] } => {
  const output: string[] = [];
  const errors: string[] = [];
  for (const { customId, fate } of rows) {
    switch (fate) {
      case 'intact':
        for (let times = random.chance(lineTwice) ? 2 : 1; times > 0; times -= 1) output.push(answerLine(customId));
        break;
      case 'garbled':
        output.push(`${answerLine(customId).slice(0, 40)}\n`);
        break;
      case 'fails':
        errors.push(errorLine(customId, 500, 'server_error'));
        break;
      case 'refused':
        errors.push(errorLine(customId, 400, 'invalid_request_error'));
        break;
      case 'expired':
        errors.push(
          `${JSON.stringify({ custom_id: customId, response: null, error: { code: 'batch_expired', message: 'late' } })}\n`,
        );
        break;
      case 'missing':
      case 'cancelled':
        break;
    }
  }
  if (random.chance(0.5)) output.reverse();
  return { output, errors };
};

const answerLine = (customId: string): string =>
  `${JSON.stringify({
    custom_id: customId,
    response: {
      status_code: 200,
      body: {
        choices: [{ message: { content: answerTo(paidRow(customId)) }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 5 },
      },
    },
    error: null,
  })}\n`;

const errorLine = (customId: string, status: number, code: string): string =>
  `${JSON.stringify({
    custom_id: customId,
    response: { status_code: status, body: { error: { code, message: code } } },
    error: null,
  })}\n`;
