import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setStage } from './testing/stage.ts';

let stage: Awaited<ReturnType<typeof setStage>>;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('help lists the six first commands first, then more, then those for a server', async () => {
  const { exitCode, out } = await stage.call('--help');
  expect(exitCode).toBe(0);
  const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  expect(names.slice(0, 6)).toEqual(['new', 'preview', 'run', 'status', 'download', 'doctor']);
  const more = ['try', 'jobs', 'watch', 'rows', 'row', 'diff', 'retry', 'pause', 'resume', 'cancel'];
  expect(names.slice(6, 6 + more.length)).toEqual(more);
  expect(names.slice(-3)).toEqual(['up', 'submit', 'simulator']);
});

test.each([[[]], [['help']], [['help', 'run']], [['run', '-h']]])('%j shows help', async (argv) => {
  const { exitCode, out, err } = await stage.call(...argv);
  expect([exitCode, err]).toEqual([0, '']);
  expect(out).toMatch(/^Usage: batchmill/);
});

describe('wrong usage ends with 2, says what is wrong and what to do, and starts nothing', () => {
  test.each<[string, RegExp]>([
    ['rum', /unknown command 'rum'\n\(Did you mean run\?\)/],
    ['run', /missing required argument 'pipeline'/],
    ['run pipeline.yaml more', /too many arguments/],
    [
      'run pipeline.yaml --prvider x',
      /unknown option '--prvider'\n\(Did you mean --provider\?\)\n\(batchmill run --help/,
    ],
    ['run pipeline.yaml --limit ten', /--limit.*'ten' is invalid. Expected a whole number/],
    ['run pipeline.yaml --max-cost 0', /Expected an amount above 0/],
    ['run pipeline.yaml --var model', /an assignment needs a name, "=" and a value/],
    ['run pipeline.yaml --var modle=x', /no such variable.*Did you mean "model"\?/],
    ['run pipeline.yaml --set steps[9].id=x', /--set steps\[9\]\.id/],
    ['run nope.yaml', /nope\.yaml: there is no such file/],
    ['run .', /this is a folder/],
    ['run pipeline.yaml --input gone.csv --provider simulator', /gone\.csv: there is no such file.*named in --input/],
    ['run pipeline.yaml --provider opnai', /There is no such provider.*openai, simulator/],
    ['run pipeline.yaml', /OPENAI_API_KEY is not set.*--provider simulator/],
    ['run data.csv', /data\.csv/],
    ['status --url nonsense', /"nonsense" is no URL of a server/],
    ['status', /There is no job here yet.*batchmill run PIPELINE/],
    ['rows x --outcome good', /Allowed choices are ok, skipped/],
    ['row last', /missing required argument 'key'/],
    ['submit pipeline.yaml', /submit needs a server.*batchmill up/],
    ['new gone.csv', /gone\.csv: there is no such file/],
    ['new /dev/null', /the file is empty/],
    ['simulator --speed -1', /Expected a number above 0/],
  ])('%s', async (line, message) => {
    const { exitCode, out, err } = await stage.call(...line.split(' '));
    expect(err).toMatch(message);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).not.toMatch(/\n\s+at /);
    expect(stage.opened).toEqual([]);
    expect(stage.api.calls).toEqual([]);
  });
});

test('with --json a mistake is an object on standard output, with every problem', async () => {
  const { exitCode, out } = await stage.call('run', 'pipeline.yaml', '--set', 'kye=id', '--set', 'steps=1', '--json');
  expect(exitCode).toBe(2);
  const { error } = JSON.parse(out) as { error: { details: { message: string }[] } };
  expect(error.details.length).toBeGreaterThan(1);
});

test('a server that is not there ends with 1 and one sentence', async () => {
  const { exitCode, err } = await stage.call('jobs', '--url', 'http://127.0.0.1:1');
  expect(exitCode).toBe(1);
  expect(err).toMatch(/^No answer from http:\/\/127\.0\.0\.1:1 .*--url or BATCHMILL_URL right\?\n$/);
});

test('an error nobody has thought of is one sentence; --verbose adds the stack', async () => {
  await using broken = await setStage({
    openEmbedded: async () => {
      throw new Error('the sky has fallen');
    },
  });
  const argv = ['run', 'pipeline.yaml', '--provider', 'simulator'];
  const plain = await broken.call(...argv);
  expect([plain.exitCode, plain.err]).toEqual([
    1,
    'the sky has fallen. (`batchmill doctor` checks what is needed; --verbose shows more.)\n',
  ]);
  expect((await broken.call(...argv, '--verbose')).err).toMatch(/\n\s+at /);
});
