import type { Output } from '@batchmill/contracts';
import type { QaDefinition } from '../definition/output-definition.ts';
import { cellOf } from './compile-cell.ts';

type Column = NonNullable<Output['columns']>[number];

/** What stands around a series and its answer unless the pipeline says otherwise. */
export const QA_TEXTS = {
  pre_prompt: 'You are shown a time series.',
  time_series_text: 'These are its values, in order of time:',
  post_prompt: 'Describe this time series in detail: its level, its trend, its seasons and what stands out.',
} as const;

/** The columns of a question-answer dataset about time series, in the order in which training code expects them. */
export const columnsOfQa = (qa: QaDefinition): Column[] => {
  const {
    id = '_key',
    pre_prompt: prePrompt = QA_TEXTS.pre_prompt,
    time_series_text: seriesText = QA_TEXTS.time_series_text,
    post_prompt: postPrompt = QA_TEXTS.post_prompt,
    eos = '',
  } = qa;
  return [
    { name: 'id', ...cellOf(id) },
    { name: 'pre_prompt', template: prePrompt, strip: true },
    { name: 'time_series', list: [cellOf(qa.series)] },
    { name: 'time_series_text', list: [{ template: seriesText }], strip: true },
    { name: 'post_prompt', template: postPrompt, strip: true },
    { name: 'answer', ...cellOf(qa.answer), strip: true, ...(eos === '' ? {} : { suffix: eos }) },
  ];
};
