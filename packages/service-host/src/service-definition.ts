import type { z } from 'zod';
import type { Backends } from './backends.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** A service, as its own process or as part of another: what it reads, and how it is started. */
export type ServiceDefinition<Config> = {
  name: string;
  config: z.ZodType<Config>;
  start(context: ServiceContext<Config>): Promise<RunningService>;
};

/** What a service is given; the backends are closed by who opened them. */
export type ServiceContext<Config> = {
  config: Config;
  log: Logger;
  metrics: Metrics;
  backends: Backends;
  /** Ends the process so that another is started in its place; absent where the process is not the service's own. */
  endProcess?: (reason: Error) => void;
};

export type RunningService = {
  /** Throws while it cannot work; absent = ready once started. */
  ready?(): Promise<void>;
  /** Ends its work, hands back what it cannot end in time, and closes what it opened, in reverse order. */
  close(deadlineMs: number): Promise<void>;
};
