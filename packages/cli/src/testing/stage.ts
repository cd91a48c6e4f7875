import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../program.ts';
import type { Io } from '../terminal/io.ts';
import { startFakeApi } from './fake-api.ts';
import { DATA, PIPELINE } from './samples.ts';

/** A folder with a pipeline and its data, a job API, and a terminal that remembers what was said. */
export const setStage = async (over: Partial<Io> = {}) => {
  const api = await startFakeApi();
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-cli-'));
  await writeFile(join(folder, 'pipeline.yaml'), PIPELINE);
  await writeFile(join(folder, 'data.csv'), DATA);
  const opened: unknown[] = [];
  const interrupts = new Set<() => void>();

  const call = async (...argv: string[]): Promise<{ exitCode: number; out: string; err: string }> => {
    const said = { out: '', err: '' };
    const io: Io = {
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      canAsk: false,
      canDraw: false,
      columns: () => 100,
      hasColours: false,
      environment: {},
      cwd: folder,
      confirm: async () => true,
      onInterrupt: (handler) => {
        interrupts.add(handler);
        return () => interrupts.delete(handler);
      },
      now: () => Date.now(),
      openEmbedded: async (options) => {
        opened.push(options);
        return { url: api.url, owner: true, close: async () => {} };
      },
      ...over,
    };
    return { exitCode: await main(argv, io), ...said };
  };

  return {
    api,
    folder,
    opened,
    call,
    /** As Ctrl-C does. */
    interrupt: () => [...interrupts].forEach((handler) => handler()),
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
