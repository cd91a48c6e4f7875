import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** Where an embedded deployment keeps everything it has. */
export type StateFolder = {
  root: string;
  store: string;
  redis: string;
  simulator: string;
  log: string;
};

export const prepareStateFolder = async (stateDir: string): Promise<StateFolder> => {
  const root = path.resolve(stateDir);
  const folder = {
    root,
    store: path.join(root, 'store'),
    redis: path.join(root, 'redis'),
    simulator: path.join(root, 'simulator'),
    log: path.join(root, 'batchmill.log'),
  };
  await mkdir(root, { recursive: true, mode: 0o700 });
  return folder;
};
