import type { StepReport } from '@batchmill/contracts';

/** What a reader of the bill should know of steps that asked live: which requests were sent more than once. */
export const liveWarnings = (steps: readonly StepReport[]): string[] =>
  steps.flatMap(({ step, live }) => {
    const { timeout = 0, connection = 0, 'server-error': serverError = 0 } = live?.retried ?? {};
    const unanswered = timeout + connection + serverError;
    return [
      ...(live === undefined || live.repeated === 0
        ? []
        : [
            `Step "${step}": at most ${live.repeated} requests were sent again, since a process was killed while they were under way. The provider may have charged both.`,
          ]),
      ...(unanswered === 0
        ? []
        : [
            `Step "${step}": ${unanswered} requests failed on their way (${timeout} too late, ${connection} cut off, ${serverError} with an error of the server) and were sent again. The provider may have charged some of them.`,
          ]),
    ];
  });
