import { isatty } from 'node:tty';
import { confirm, isCancel } from '@clack/prompts';
import picocolors from 'picocolors';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Ctrl-C, a polite kill, and a terminal window that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The real terminal and process. */
export const processIo = (): Io => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  canAsk: process.stdin.isTTY && process.stderr.isTTY,
  canDraw: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
  // Some terminals do not know their width and say 0.
  columns: () => process.stderr.columns || 80,
  hasColours: picocolors.isColorSupported && isatty(process.stdout.fd),
  environment: process.env,
  cwd: process.cwd(),
  confirm: async (question) => {
    const answer = await confirm({ message: question, output: process.stderr, initialValue: false });
    return isCancel(answer) ? null : answer;
  },
  onInterrupt: (handler) => {
    let signals = 0;
    const listener = (): void => {
      signals += 1;
      // Asked twice: somebody is in a hurry. What is left open is found and adopted at the next start.
      if (signals > 1) process.exit(EXIT.interrupted);
      handler();
    };
    for (const signal of SIGNALS) process.on(signal, listener);
    return () => SIGNALS.forEach((signal) => process.off(signal, listener));
  },
  now: () => Date.now(),
  openEmbedded: async (options) => {
    const { openEmbedded } = await import('@batchmill/embedded');
    return openEmbedded(options);
  },
});
