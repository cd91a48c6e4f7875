import type { FastifyReply } from 'fastify';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { DownloadFault } from '../faults/fault-settings.ts';
import type { FileRecord } from '../state/records.ts';

const LOOK_BACK_BYTES = 1_048_576;

/** Streams a file's bytes; a fault cuts them short. */
export const sendContent = async (
  reply: FastifyReply,
  file: FileRecord,
  path: string,
  fault: DownloadFault | null,
): Promise<FastifyReply> => {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${file.filename.replaceAll(/[^\w.-]/g, '_')}"`,
  };
  // Opened before the answer begins: a file that is deleted meanwhile is still sent whole.
  const handle = await open(path, 'r');
  if (fault === null) {
    return reply.headers({ ...headers, 'content-length': file.bytes }).send(handle.createReadStream());
  }
  await handle.close();
  const bytes = await cutPosition(path, file.bytes, fault);
  const promised = fault.clean ? bytes : file.bytes;
  reply.hijack();
  reply.raw.writeHead(200, fault.framing === 'chunked' ? headers : { ...headers, 'content-length': promised });
  if (bytes > 0) await pipeline(createReadStream(path, { end: bytes - 1 }), reply.raw, { end: false });
  if (fault.clean) reply.raw.end();
  else reply.raw.socket?.destroySoon();
  return reply;
};

const cutPosition = async (path: string, total: number, fault: DownloadFault): Promise<number> => {
  const position = Math.floor(total * fault.afterShare);
  if (!fault.atLineEnd) return position;
  const from = Math.max(0, position - LOOK_BACK_BYTES);
  const before = Buffer.alloc(position - from);
  await using file = await open(path, 'r');
  await file.read(before, 0, before.length, from);
  return from + before.lastIndexOf('\n') + 1;
};
