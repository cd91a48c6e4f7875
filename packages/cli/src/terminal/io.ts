import type { OpenEmbedded } from '../api/embedded.ts';

/** Everything the commands touch of the world around them, so that a test can stand in for it. */
export type Io = {
  out(text: string): void;
  err(text: string): void;
  /** A person sits at both ends: questions can be asked. */
  canAsk: boolean;
  /** Standard error is a terminal: a bar can be drawn. */
  canDraw: boolean;
  /** Characters per line of the terminal. */
  columns(): number;
  hasColours: boolean;
  environment: Record<string, string | undefined>;
  cwd: string;
  /** null = the question was broken off with Ctrl-C. */
  confirm(question: string): Promise<boolean | null>;
  /** Calls back at Ctrl-C, a polite kill or a closed window, until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
  now(): number;
  openEmbedded: OpenEmbedded;
};
