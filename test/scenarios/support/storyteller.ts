import { storyLines } from '@batchmill/cli';
import type { Explanation } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import type { HandlerOutcome } from '@batchmill/queue';
import { createJob } from './hand-driven.ts';
import type { HandDriven, Message } from './hand-driven.ts';
import { acceptIt, answerLine } from './scripted-provider.ts';
import type { BatchEnd, CreateScript, ScriptedProvider, WireBatch, WireRequest } from './scripted-provider.ts';

/** What a story may do besides handling a message. */
export type Telling = {
  id: string;
  client: Client;
  driven: HandDriven;
  /** Of this job. */
  batches: () => WireBatch[];
  /** Of this job, so far. */
  posts: () => number;
};

/** A look at the story while it goes on: taken after the first message that makes it so. */
export type Page = {
  title: string;
  when: (explanation: Explanation, telling: Telling) => boolean;
  /** What is done once it is written down. */
  afterwards?: (telling: Telling) => Promise<unknown>;
};

export type Story = {
  pipeline?: string;
  rows?: object[];
  /** What is done with the first POSTs; those after them are accepted. */
  posts?: CreateScript[];
  /** How the first batches end, by when they are looked at first; those after them are answered in full. */
  ends?: (((batch: WireBatch, requests: WireRequest[], telling: Telling) => BatchEnd | null) | undefined)[];
  /** What a cancelled batch hands over; nothing, unless told. */
  onCancel?: ScriptedProvider['onCancel'];
  pages?: Page[];
  /** Done with a message in place of handling it. */
  handle?: (message: Message, telling: Telling) => Promise<HandlerOutcome>;
  /** Runs of the job; those after the first begin with a retry. */
  runs?: number;
};

const PIPELINE = `name: story
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = [1, 2, 3].map((id) => ({ id, word: `word${id}` }));

/** Runs a job with a fate, and gives all that `explain` has printed of it, with names in the place of ids and times. */
export const tellStory = async (driven: HandDriven, provider: ScriptedProvider, story: Story): Promise<string> => {
  const { pipeline = PIPELINE, rows = ROWS, posts = [], ends = [], runs = 1 } = story;
  const scripts = [...posts];
  provider.onCreate = (exchange) => (scripts.shift() ?? acceptIt)(exchange);
  const begun: WireBatch[] = [];
  provider.onEnd = (batch, requests) => {
    if (!begun.includes(batch)) begun.push(batch);
    const end = ends[begun.indexOf(batch)];
    if (end !== undefined) return end(batch, requests, telling);
    return { status: 'completed', output: requests.map(answerLine), errors: null };
  };
  provider.onCancel = story.onCancel ?? (() => ({ status: 'cancelled', output: null, errors: null }));
  const id = await createJob(driven, pipeline, rows);
  const postsBefore = provider.posts.length;
  const telling: Telling = {
    id,
    client: driven.client,
    driven,
    batches: () => provider.batches.filter(({ metadata }) => metadata['submission']?.includes(id)),
    posts: () => provider.posts.length - postsBefore,
  };
  const name = namer(id);
  const written: string[] = [];
  const pages = [...(story.pages ?? [])];
  const look = async (): Promise<void> => {
    const [page] = pages;
    if (page === undefined) return;
    const explanation = await driven.client.explain(id);
    if (!page.when(explanation, telling)) return;
    pages.shift();
    written.push(`== ${page.title} ==`, ...storyLines(explanation));
    await page.afterwards?.(telling);
  };
  for (let run = 1; run <= runs; run += 1) {
    if (run > 1) await driven.client.retry(id);
    const deliver = async (message: Message): Promise<HandlerOutcome> => {
      const outcome = await (story.handle === undefined ? driven.handle(message) : story.handle(message, telling));
      await look();
      return outcome;
    };
    await driven.drive(id, deliver, run);
  }
  if (pages.length > 0) throw new Error(`it never came to: ${pages[0]?.title ?? ''}`);
  return `${[...written, '== in the end ==', ...storyLines(await driven.client.explain(id, 0))].map(name).join('\n')}\n`;
};

const LETTERS = 'ABCDEFGHIJ';

/** Each file and batch by a letter, in the order they are told of. */
const namer = (job: string): ((line: string) => string) => {
  const letters = new Map<string, string>();
  const lettered = (found: string, kind: string): string => {
    const taken = [...letters.keys()].filter((key) => key.startsWith(kind)).length;
    const letter = letters.get(found) ?? LETTERS[taken] ?? '?';
    letters.set(found, letter);
    return `${kind}-${letter}`;
  };
  return (line) =>
    line
      .replaceAll(job, 'JOB')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, 'TIME')
      .replaceAll(/\b(input|batch)-\d+/g, (found, kind: string) => lettered(found, kind));
};
