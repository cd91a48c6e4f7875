import { startProcess } from './processes.ts';

export type SimulatorBeside = {
  url: string;
  meter(): Promise<Record<string, number>>;
  faults(faults: object): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The simulator as a process of its own, like a provider somewhere else. */
export const startSimulatorBeside = async (dataDir: string, speed = 5000): Promise<SimulatorBeside> => {
  const options = ['--port', '0', '--data', dataDir, '--speed', String(speed)];
  const running = startProcess('packages/provider-simulator/src/main.ts', options);
  const { url } = JSON.parse(await running.line((line) => line.startsWith('{"url"'))) as { url: string };
  return {
    url,
    meter: async () => (await fetch(`${url}/_simulator/meter`)).json() as Promise<Record<string, number>>,
    faults: async (faults) => {
      const response = await fetch(`${url}/_simulator/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    [Symbol.asyncDispose]: async () => void (await running.stop()),
  };
};
