import type { Faults, BatchFault, DownloadFault, Operation, RequestFault } from './fault-settings.ts';
import type { Random } from '../random.ts';

/** The present set of faults. Those with `times` are used up; what is left is kept by `save`. */
export type FaultControl = {
  current(): Faults;
  replace(faults: Faults): Promise<void>;
  takeRequestFault(operation: Operation, when: RequestFault['when']): RequestFault | null;
  takeBatchFault(): BatchFault | null;
  takeDownloadFault(): DownloadFault | null;
};

export const createFaultControl = (
  initial: Faults,
  save: (faults: Faults) => Promise<void>,
  random: Random,
): FaultControl => {
  let faults = initial;

  const used = <Fault extends { times?: number | undefined }>(list: readonly Fault[], fault: Fault): Fault[] =>
    list.flatMap((other) => {
      if (other !== fault || fault.times === undefined) return [other];
      return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    });

  const keep = (changed: Partial<Faults>): void => {
    faults = { ...faults, ...changed };
    void save(faults);
  };

  return {
    current: () => faults,
    replace: (replacement) => {
      faults = replacement;
      return save(faults);
    },
    takeRequestFault: (operation, when) => {
      const fault = faults.requests.find(
        (candidate) =>
          candidate.on === operation && candidate.when === when && (candidate.rate === 1 || random() < candidate.rate),
      );
      if (fault === undefined) return null;
      if (fault.times !== undefined) keep({ requests: used(faults.requests, fault) });
      return fault;
    },
    takeBatchFault: () => {
      const [fault] = faults.batches;
      if (fault === undefined) return null;
      keep({ batches: used(faults.batches, fault) });
      return fault;
    },
    takeDownloadFault: () => {
      const [fault] = faults.downloads;
      if (fault === undefined) return null;
      keep({ downloads: used(faults.downloads, fault) });
      return fault;
    },
  };
};
