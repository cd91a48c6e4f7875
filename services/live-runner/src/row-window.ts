/** Rows that are begun and in no record yet: never more than so many. */
export type RowWindow = {
  readonly open: number;
  /** Waits for room. False: stopped meanwhile. */
  begin(stop: AbortSignal): Promise<boolean>;
  /** So many are in a record now. */
  end(rows: number): void;
};

export const createRowWindow = (most: number): RowWindow => {
  let open = 0;
  let room = Promise.withResolvers<void>();
  return {
    get open() {
      return open;
    },
    begin: async (stop) => {
      const stopped = Promise.withResolvers<void>();
      const onStop = (): void => stopped.resolve();
      stop.addEventListener('abort', onStop, { once: true });
      while (open >= most && !stop.aborted) await Promise.race([room.promise, stopped.promise]);
      stop.removeEventListener('abort', onStop);
      if (stop.aborted) return false;
      open += 1;
      return true;
    },
    end: (rows) => {
      open -= rows;
      room.resolve();
      room = Promise.withResolvers<void>();
    },
  };
};
