/** A Redis (or Valkey) program: what to start, and the folders of its libraries where they are not the system's own. */
export type RedisServer = { command: string; libraryPath?: string };

export const serverEnvironment = (server: RedisServer): NodeJS.ProcessEnv =>
  server.libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: server.libraryPath };
