import type { JobStatus } from '@batchmill/contracts';
import type { CommandContext } from '../command-context.ts';
import { count, counted, dollars } from '../terminal/amounts.ts';
import { textTable } from '../terminal/text-table.ts';
import { stepProgress } from './step-progress.ts';
import type { StepProgress } from './step-progress.ts';

export type Progress = {
  show(status: JobStatus): void;
  /** Leaves the terminal as it is, ready for other text. */
  end(): void;
};

const LINE_INTERVAL_MS = 5_000;
const BAR_WIDTH = 24;

/** A bar per step on a terminal; elsewhere a plain line now and then; nothing with --quiet. */
export const createProgress = (context: CommandContext): Progress => {
  const { io, settings } = context;
  if (settings.quiet) return { show: () => {}, end: () => {} };
  return io.canDraw && !settings.verbose ? drawnBars(context) : plainLines(context);
};

const plainLines = ({ io, printer }: CommandContext): Progress => {
  let last = { line: '', state: '', at: Number.NEGATIVE_INFINITY };
  return {
    show: (status) => {
      const line = progressLine(status);
      const isDue = io.now() - last.at >= LINE_INTERVAL_MS || status.state !== last.state;
      // Why a job has failed is told by whoever follows it, with every problem.
      if (line === last.line || !isDue || status.state === 'failed') return;
      last = { line, state: status.state, at: io.now() };
      printer.note(line);
    },
    end: () => {},
  };
};

const drawnBars = ({ io, printer }: CommandContext): Progress => {
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) io.err(`\u001B[${drawn}A\u001B[0J`);
  };
  return {
    show: (status) => {
      const lines = barLines(status, io.columns(), printer.colours);
      erase();
      io.err(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end: () => {
      erase();
      drawn = 0;
    },
  };
};

/** `running: caption 120/414 rows, 2 batches at the provider, $0.03` */
export const progressLine = (status: JobStatus): string => {
  const steps = stepProgress(status).filter(({ done, total }, index) => index === 0 || done > 0 || total === 0);
  const open = status.steps.reduce((sum, { batchesOpen }) => sum + batchesOpen, 0);
  const parts = [
    ...(status.rows === null
      ? []
      : steps.map(({ step, done, total }) => `${step} ${count(done)}/${count(total)} rows`)),
    ...(open > 0 ? [`${counted(open, 'batch')} at the provider`] : []),
    ...(status.cost.paid > 0 && !status.simulated ? [dollars(status.cost.paid)] : []),
  ];
  // A failed job is told about in full below.
  const reason = status.reason === undefined || status.state === 'failed' ? '' : ` (${status.reason})`;
  return `${status.state}${reason}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
};

const barLines = (status: JobStatus, columns: number, colours: CommandContext['printer']['colours']): string[] => {
  const paid = status.cost.paid > 0 && !status.simulated ? `, ${dollars(status.cost.paid)}` : '';
  const reason = status.reason === undefined ? '' : `: ${status.reason}`;
  const head = `${status.name} ${status.state}${paid}${reason}`;
  const table = status.rows === null ? [] : textTable(stepProgress(status).map(barCells));
  const [title, ...bars] = [head, ...table].map((line) => line.slice(0, Math.max(20, columns - 1)));
  return [colours.bold(title ?? ''), ...bars];
};

const barCells = ({ step, done, total, batchesOpen }: StepProgress): string[] => {
  const filled = total === 0 ? 0 : Math.floor((BAR_WIDTH * done) / total);
  return [
    `  ${step}`,
    '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled),
    `${count(done)}/${count(total)} rows`,
    batchesOpen > 0 ? `${counted(batchesOpen, 'batch')} at the provider` : '',
  ];
};
