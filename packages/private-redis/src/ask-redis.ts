import { connect } from 'node:net';

/** Where a private Redis listens. */
export type RedisConnection = { path: string } | { host: string; port: number };

/**
 * Sends one inline command (no spaces in its words) and gives the first line of the reply, for example `+PONG`.
 * null: the server closed the connection without a reply, as after SHUTDOWN. Throws where nobody answers in time.
 */
export const askRedis = (connection: RedisConnection, command: string, timeoutMs: number): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const socket = connect(connection);
    let reply = '';
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer to ${command} within ${timeoutMs} ms`)));
    socket.on('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (bytes) => {
      reply += bytes.toString();
      const end = reply.indexOf('\r\n');
      if (end < 0) return;
      resolve(reply.slice(0, end));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(null));
  });
