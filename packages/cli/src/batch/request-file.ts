import { basename, resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { Fields, Problem } from '@batchmill/contracts';
import { diskFile, readSource } from '@batchmill/dataset';
import { inputFiles } from '../pipeline-input/input-files.ts';
import { count } from '../terminal/amounts.ts';
import { alteredNumbers } from './altered-numbers.ts';
import { checkRequest } from './check-request.ts';
import type { RequestRules } from './check-request.ts';

/** A request file all of whose lines can be sent. */
export type RequestFile = {
  /** As its job calls it: without its folder, so that it is known again elsewhere. */
  name: string;
  path: string;
  bytes: number;
  lines: number;
  endpoint: string;
  /** The largest limit of an answer's length that a line sets; undefined where none sets one. */
  longestAnswerTokens: number | undefined;
};

/** What one batch of the provider takes; a larger file would have to be cut. */
type Limits = { maxRequests: number; maxBytes: number };
type Rules = { limits: Limits; endpoints: readonly string[] };

const SHOWN_PROBLEMS = 20;

/**
 * Reads request files whole, before anything is spent. @throws InputError with what is wrong in all of them; of each file
 * the first mistakes, and how many more there are
 */
export const readRequestFiles = async (paths: readonly string[], cwd: string): Promise<RequestFile[]> => {
  const { BATCH_ENDPOINTS, OPENAI_LIMITS } = await import('@batchmill/providers');
  const wanted = paths.map((path) => ({
    name: path,
    location: resolve(cwd, path),
    remedy: 'Give the path of a file with a request on each line',
  }));
  const files: RequestFile[] = [];
  const problems: Problem[] = [];
  for (const file of wanted) {
    try {
      const [input] = await inputFiles([file]);
      if (input?.kind !== 'file') continue;
      files.push(await readRequestFile(input, { limits: OPENAI_LIMITS, endpoints: BATCH_ENDPOINTS }));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map(asToldHere));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return files;
};

/** `name` is for messages. */
type Input = { name: string; path: string; bytes: number };

const readRequestFile = async ({ name, path, bytes }: Input, { limits, endpoints }: Rules): Promise<RequestFile> => {
  if (bytes > limits.maxBytes) throw new InputError([tooLarge(name, `${count(bytes)} bytes`, limits)]);
  const problems: Problem[] = [];
  const firstLines = new Map<string, number>();
  const rules: RequestRules = { endpoints, endpoint: undefined };
  let faults = 0;
  let lines = 0;
  let longestAnswerTokens: number | undefined;
  const add = (line: number, problem: Problem): void => {
    faults += 1;
    if (faults <= SHOWN_PROBLEMS) problems.push({ ...problem, place: { file: name, line, ...problem.place } });
  };

  const source = { format: 'jsonl' as const, paths: [name], derive: [] };
  for await (const item of readSource(source, [diskFile({ name, path, bytes })], { vars: {} })) {
    lines += 1;
    if (lines > limits.maxRequests) throw new InputError([tooLarge(name, 'more lines', limits)]);
    if ('problem' in item) {
      add(item.line, item.problem);
      continue;
    }
    const found = checkRequest(item.fields, rules);
    for (const fault of found) add(item.line, fault);
    const { custom_id: id, url } = item.fields;
    const first = typeof id === 'string' ? firstLines.get(id) : undefined;
    if (first !== undefined) add(item.line, duplicateId(id as string, first));
    else if (typeof id === 'string') firstLines.set(id, item.line);
    if (found.length === 0) rules.endpoint ??= url as string;
    longestAnswerTokens = longer(longestAnswerTokens, item.fields['body']);
  }
  for await (const { line, number } of alteredNumbers(path)) add(line, alteredNumber(number));
  if (faults > problems.length) problems.push(andMore(name, faults - problems.length));
  if (problems.length > 0) throw new InputError(problems);
  if (rules.endpoint === undefined) throw new InputError([{ ...EMPTY, place: { file: name } }]);
  return { name: basename(path), path, bytes, lines, endpoint: rules.endpoint, longestAnswerTokens };
};

const LENGTHS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];

const longer = (longest: number | undefined, body: Fields[string] | undefined): number | undefined => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return longest;
  const limits = LENGTHS.flatMap((name) => (typeof body[name] === 'number' ? [body[name]] : []));
  return limits.length === 0 ? longest : Math.max(longest ?? 0, ...limits);
};

const tooLarge = (file: string, found: string, { maxRequests, maxBytes }: Limits): Problem => ({
  code: 'file-too-large',
  message: 'the file is larger than one batch of the provider may be',
  place: { file },
  found,
  expected: `at most ${count(maxRequests)} lines and ${count(maxBytes)} bytes`,
  remedy: 'Cut it into smaller files and give all of them',
});

const duplicateId = (id: string, first: number): Problem => ({
  code: 'duplicate-id',
  message: `the custom_id ${JSON.stringify(id)} stands on line ${first} already`,
  remedy: 'Give every line a "custom_id" of its own: the answers are told apart by it',
});

const alteredNumber = (number: string): Problem => ({
  code: 'number-too-large',
  message: 'a number has more digits than can be passed on unchanged',
  found: number,
  expected: `whole numbers up to ${Number.MAX_SAFE_INTEGER}`,
});

const EMPTY: Problem = { code: 'empty-file', message: 'the file holds no request' };

const ONE_LINE = 'a request on each line: {"custom_id": "…", "method": "POST", "url": "…", "body": {…}}';

/** The reader of datasets advises on pipelines, of which there is none here. */
const asToldHere = (problem: Problem): Problem => {
  if (problem.code !== 'no-object' && problem.code !== 'wrong-format') return problem;
  const { remedy: _remedy, ...rest } = problem;
  return { ...rest, expected: ONE_LINE };
};

const andMore = (file: string, faults: number): Problem => ({
  code: 'more',
  message: `and ${count(faults)} more ${faults === 1 ? 'mistake' : 'mistakes'}`,
  place: { file },
});
