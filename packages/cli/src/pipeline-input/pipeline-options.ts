import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

/** Options of every command that reads a pipeline file. */
export type PipelineOptions = {
  input?: string[];
  step?: string;
  provider?: string;
  model?: string;
  mode?: 'batch' | 'live';
  checkUrls?: boolean;
  key?: string;
  into?: string;
  limit?: number;
  fromKey?: string;
  /** `W1,W2` or `@FILE`. */
  ids?: string;
  var?: string[];
  set?: string[];
  maxCost?: number;
};

export const addPipelineOptions = (command: Command): Command =>
  command
    .optionsGroup('Pipeline:')
    .option('--input <path...>', "read these files instead of the pipeline's own")
    .option('--step <id>', 'only this step; each row keeps the fields that it has')
    .option('--provider <name>', 'who answers in every step: openai, or simulator to try it for nothing')
    .option('--model <name>', 'the model of every step')
    .addOption(
      new Option('--mode <mode>', 'batch: at half the price; live: answered at once').choices(['batch', 'live']),
    )
    .option('--check-urls', 'look at each web address of a picture before its row is asked')
    .option('--key <field>', 'the field (or template) that tells rows apart')
    .option('--into <field>', 'the field for the answer, where one step generates')
    .option('--from-key <key>', 'leave out the rows before this one')
    .option('--ids <keys>', 'of the rows, only these: W1,W2, or @FILE with one on each line')
    .option('--limit <rows>', 'of those, only the first', wholeNumber)
    .option('--var <name=value>', 'a value for one of the pipeline\'s "vars"; repeatable', oneMore)
    .option('--set <path=value>', 'any value of the pipeline: steps.caption.generate.model=gpt-4o; repeatable', oneMore)
    .option('--max-cost <usd>', 'submit nothing beyond this many US dollars', amount);

const oneMore = (text: string, previous: string[] = []): string[] => [...previous, text];

export const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 0.');
  return Number(text);
};

export const portNumber = (text: string): number => {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('Expected a port from 0 (any free one) to 65535.');
  return port;
};

export const amount = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('Expected an amount above 0, such as 2.50.');
  return value;
};
