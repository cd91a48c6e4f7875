import type { JobStatus } from '@batchmill/contracts';

type Cost = JobStatus['cost'];

/** Whether nothing at all is known of what a job costs, so that its sums say nothing. */
export const isPriceless = ({ paid, estimated, unpriced = [] }: Cost): boolean =>
  unpriced.length > 0 && paid === 0 && estimated === 0;

/** In place of an amount. */
export const unknownCost = ({ unpriced = [] }: Cost, simulated: boolean): string => {
  const models = unpriced.map((model) => `"${model}"`).join(', ');
  return `${simulated ? 'nothing; what a real key would pay is ' : ''}not known: there is no price for ${models}`;
};
