import { totalRows } from '@batchmill/contracts';
import type { JobStatus } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import { counted } from '../terminal/amounts.ts';

/** What goes on after Ctrl-C, and how to get it. */
export const interruptedLines = (status: JobStatus, worker: Api['worker'], again: string): string[] => {
  const open = status.steps.reduce((sum, { batchesOpen }) => sum + batchesOpen, 0);
  if (worker !== 'this process')
    return [
      `Job ${status.id} goes on (${worker === 'server' ? 'on the server' : 'in the process that owns it'}); only this command has ended.`,
      `  look on    batchmill watch ${status.id}`,
      `  collect    ${again}`,
      `  stop it    batchmill cancel ${status.id}`,
    ];
  return [
    open > 0
      ? `Stopped. ${counted(open, 'batch')} of job ${status.id} ${open === 1 ? 'goes' : 'go'} on at the provider, and what is answered there is paid for.`
      : `Stopped. Job ${status.id} has no batch at the provider, unless one was just being placed; what is done so far (${counted(totalRows(status.outcomes), 'row')}) stays.`,
    `  collect, and go on    ${again}`,
    `  or                    batchmill resume ${status.id}`,
    `  give it up            batchmill cancel ${status.id}`,
  ];
};

/** Why a job does not go on by itself, and what to do. */
export const standingLines = (status: JobStatus): string[] => [
  status.state === 'paused'
    ? `Job ${status.id} is paused${because(status)}.`
    : `Job ${status.id} needs attention${because(status)}.`,
  `  to go on      batchmill resume ${status.id}`,
  `  to end it     batchmill cancel ${status.id}`,
];

const because = ({ reason }: JobStatus): string => (reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`);
