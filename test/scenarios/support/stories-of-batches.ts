import { setTimeout as delay } from 'node:timers/promises';
import { keys } from '@batchmill/ledger';
import { afterLooks, answerLine, unreachedLine } from './scripted-provider.ts';
import type { BatchEnd, CreateScript } from './scripted-provider.ts';
import type { Page, Story } from './storyteller.ts';

/* What may become of batches, each as a job that `explain` tells of. */

const refuse =
  (status: number, code: string, message: string, headers: Record<string, string> = {}): CreateScript =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { code, message } }));
  };

const loseReply: CreateScript = ({ response, accept }) => {
  accept();
  response.socket?.destroy();
};

const losePost: CreateScript = ({ response }) => void response.socket?.destroy();

const fail =
  (code: string, message: string, line: number | null = null): (() => BatchEnd) =>
  () => ({ status: 'failed', output: null, errors: null, validation: [{ code, message, line }] });

/** Once a line of what comes next holds these words. */
const next =
  (words: string): Page['when'] =>
  ({ shards }) =>
    shards[0]?.next.some((line) => line.includes(words)) === true;

export const STORIES_OF_BATCHES: Record<string, Story> = {
  'nothing-special': {
    pages: [
      {
        title: 'before its requests are made',
        when: next('requests'),
      },
      {
        title: 'before it is placed',
        when: next('placed'),
      },
      {
        title: 'while its batch runs',
        when: next('waits for batch'),
      },
    ],
  },
  'reply-lost-batch-adopted': {
    posts: [loseReply],
    pages: [
      {
        title: 'before it is known what became of the claim',
        when: next('found out'),
      },
    ],
  },
  'post-lost-and-fenced': {
    posts: [losePost],
    pages: [
      {
        title: 'behind the fence',
        when: next('last time'),
      },
    ],
  },
  'refused-for-a-while': {
    posts: [refuse(429, 'rate_limit_exceeded', 'Slow down.', { 'retry-after': '1' })],
    pages: [{ title: 'while it waits', when: next('not before') }],
  },
  'no-room-at-the-provider': {
    ends: [fail('token_limit_exceeded', 'Enqueued token limit reached for gpt-4o-mini.')],
  },
  'wrong-key': {
    posts: [refuse(401, 'invalid_api_key', 'Incorrect API key provided.')],
    pages: [{ title: 'while its owner is asked', when: ({ state }) => state === 'needs-attention' }],
  },
  'batch-fails-for-a-while': { ends: [fail('server_error', 'Sorry, something went wrong.')] },
  'batch-fails-for-bad-lines': { ends: [fail('invalid_request', 'The body is too long.', 2)] },
  'batch-refused-for-good': { posts: [refuse(400, 'invalid_request_error', 'The endpoint is not known.')] },
  'batch-expires': {
    ends: [
      (_batch, requests) => ({
        status: 'expired',
        output: requests.slice(0, 2).map(answerLine),
        errors: requests.slice(2).map((request) => unreachedLine(request, 'batch_expired')),
      }),
    ],
  },
  'batch-vanishes': {
    handle: async (message, { driven, batches, posts }) => {
      const outcome = await driven.handle(message);
      const [batch] = batches();
      if (message.queue === 'requests-built' && posts() === 1)
        Object.assign(batch ?? {}, { id: 'gone', status: 'failed' });
      return outcome;
    },
  },
  'late-batch': {
    // the provider takes the POST, does not list the batch, and goes on with it though its file is gone: it keeps no fence
    posts: [
      ({ response, accept }) => {
        accept().input_file_id = 'not-listed';
        response.socket?.destroy();
      },
    ],
    ends: [
      () => null,
      (batch, requests, { batches }) => {
        if (!batches().some(({ status }) => status === 'cancelled')) return null;
        return afterLooks(3, batch, { status: 'completed', output: requests.map(answerLine), errors: null });
      },
    ],
    handle: async (message, { driven, id, batches, posts }) => {
      const outcome = await driven.handle(message);
      if (message.queue !== 'requests-built' || posts() < 2) return outcome;
      // whoever had the answer wakes up after a while, and writes it down
      await delay(5);
      const { ledger, flow } = driven.backends;
      const first = { tenant: 'default', job: id, run: 1, shard: 0, stage: '001', attempt: 1, part: 0, submission: 1 };
      await ledger.write(keys.batch(first), { batchId: batches()[0]?.id ?? '', adopted: false });
      await flow.advance(first);
      return outcome;
    },
  },
  'cancelled-before-it-is-placed': {
    pages: [{ title: 'before it is placed', when: next('placed'), afterwards: ({ client, id }) => client.cancel(id) }],
  },
  'cancelled-with-partial-results': {
    ends: [() => null],
    onCancel: (_batch, requests) => ({
      status: 'cancelled',
      output: requests.slice(0, 1).map(answerLine),
      errors: requests.slice(1).map((request) => unreachedLine(request, 'batch_cancelled')),
    }),
    pages: [
      {
        title: 'before it is cancelled',
        when: next('waits for batch'),
        afterwards: ({ client, id }) => client.cancel(id),
      },
      { title: 'asked to cancel', when: ({ state }) => state === 'cancelling' },
    ],
  },
  'paused-and-resumed': {
    pages: [
      { title: 'before it is paused', when: next('placed'), afterwards: ({ client, id }) => client.pause(id) },
      {
        title: 'while it is paused',
        when: ({ state }) => state === 'paused',
        afterwards: ({ client, id }) => client.resume(id),
      },
    ],
  },
};
