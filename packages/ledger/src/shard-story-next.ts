import type { Control } from './control.ts';
import type { Next, Task } from './next-tasks.ts';
import { attemptOf } from './shard-facts.ts';
import type { PartFacts, ShardFacts, SubmissionFacts } from './shard-facts.ts';
import { clause, moment, placeName } from './shard-story-words.ts';
import type { Wait } from './wait.ts';

/** What comes next for a shard, as nextTasks sees it now: a line per task and per thing it waits for. */
export const tellNext = (next: Next, facts: ShardFacts, control: Control): string[] => {
  if (next.kind === 'closed') return ['nothing: the shard is closed'];
  if (next.kind === 'close') return ['the shard is closed'];
  const step = facts.current?.stage.step ?? 'source';
  const tasks = next.tasks.map((task) => `${step}: ${taskText(task, facts, control)}`);
  const batches = next.openBatches.map(({ batchId, provider }) => `${step}: waits for batch ${batchId} at ${provider}`);
  // what waits for a time is told with the task that follows; what waits for a batch, with the batch
  const waits = next.waits.flatMap((wait) => (wait.on === 'pause' || wait.on === 'operator' ? [waitText(wait)] : []));
  return [...new Set([...tasks, ...batches, ...waits])];
};

const taskText = (task: Task, facts: ShardFacts, control: Control): string => {
  switch (task.kind) {
    case 'build':
      return `the requests of attempt ${task.attempt} are made`;
    case 'transform':
      return 'the rows are transformed';
    case 'account':
      return `what became of each row of attempt ${task.attempt} is counted`;
    case 'run-live':
      return `the rows of ${placeName({ ...task, parts: attemptOf(facts, task.stage, task.attempt)?.parts.length ?? 1 })} are asked live`;
    case 'submit':
      return submitText(task, facts, control);
    case 'cancel':
      return `${batchOf(task, facts)} is cancelled at the provider`;
    case 'retrieve':
      return `the answers of ${batchOf(task, facts)} are fetched`;
  }
};

type PartTask = Extract<Task, { part: number }>;

const partOf = (facts: ShardFacts, { stage, attempt, part }: PartTask): PartFacts | undefined =>
  attemptOf(facts, stage, attempt)?.parts[part];

const submitText = (task: Extract<Task, { submission: number }>, facts: ShardFacts, control: Control): string => {
  const part = partOf(facts, task);
  const parts = attemptOf(facts, task.stage, task.attempt)?.parts.length ?? 1;
  const name = placeName({ ...task, parts });
  const submission = part?.submissions.find(({ number }) => number === task.submission);
  const when = task.notBeforeMs === undefined ? '' : `, not before ${moment(task.notBeforeMs)}`;
  if (submission?.intent !== undefined) return `${name}: ${resolvedText(submission)}${when}`;
  if (control.cancelled) return `${name} is withdrawn: the run is cancelled`;
  if (part?.givenUp !== undefined) return `${name} is withdrawn: the shard is given up`;
  return `${name} is placed at the provider${when}`;
};

const resolvedText = ({ fenced }: SubmissionFacts): string =>
  fenced === undefined
    ? 'it is found out whether a batch has come of it'
    : 'the provider is asked a last time whether a batch has come of it';

const batchOf = (task: PartTask, facts: ShardFacts): string => {
  const submissions = partOf(facts, task)?.submissions ?? [];
  const submission =
    'submission' in task ? submissions.find(({ number }) => number === task.submission) : submissions.at(-1);
  return submission?.batch === undefined ? 'a submission without a batch' : `batch ${submission.batch.batchId}`;
};

const waitText = ({ on, reason }: Wait): string => {
  if (on === 'pause') return 'waits for `batchmill resume`: the job is paused';
  return `waits for its owner${reason === undefined ? '' : `: ${clause(reason)}`}`;
};
