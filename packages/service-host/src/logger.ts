import { pino } from 'pino';
import type { LOG_LEVELS } from './base-config.ts';
import { createSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';

type LogMethod = {
  (fields: object, message: string): void;
  (message: string): void;
};

/** One JSON record a line. `error` means somebody must act. Errors go under the name `error`. */
export type Logger = {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  fatal: LogMethod;
  /** The same with fixed fields, for example the job. */
  child(fields: Record<string, unknown>): Logger;
};

export type LoggerOptions = {
  service: string;
  level?: (typeof LOG_LEVELS)[number];
  /** Takes the lines; stdout by default. */
  destination?: { write(line: string): void };
  /** Values that must not appear, registered as they become known. */
  secrets?: Secrets;
};

/** Secrets are taken out of the finished line, so that no depth, nesting or error can hide one. */
export const createLogger = ({
  service,
  level = 'info',
  destination,
  secrets = createSecrets(),
}: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: secrets.scrub },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
