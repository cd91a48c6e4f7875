export type EmbeddedOptions = {
  stateDir: string;
  /** Starts the bundled simulator beside the services. */
  simulator?: { speed?: number; seed?: number } | undefined;
  environment: Record<string, string | undefined>;
  log?: (line: string) => void;
  port?: number;
  /** `job`: for one command. `stay`: until it is closed. */
  mode?: 'job' | 'stay';
};

/** All services in this process, or those of the process that already owns the state folder. */
export type Embedded = {
  url: string;
  /** False: another process owns the state folder, and this one has attached to it. */
  owner: boolean;
  simulatorUrl?: string;
  close(): Promise<void>;
};

export type OpenEmbedded = (options: EmbeddedOptions) => Promise<Embedded>;
