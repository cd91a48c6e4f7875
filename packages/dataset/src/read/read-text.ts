import { isUtf8 } from 'node:buffer';
import { nonTextSignature } from './file-signature.ts';
import { refuseFile } from './refuse-file.ts';
import type { SourceFile } from './source-file.ts';

/** Enough to know a file by, and more than the longest signature. */
const HEAD_BYTES = 4096;

/**
 * The file in chunks that are checked UTF-8 and never end inside a character; a byte order mark is left out.
 * The first chunk has at least 4 KiB or is the whole file.
 * @throws InputError with the line and byte of what is no text, or for an empty file
 */
export async function* readText(file: SourceFile): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  let started = false;
  for await (const bytes of file.open()) {
    const chunk = held.length === 0 ? asBuffer(bytes) : Buffer.concat([held, bytes]);
    if (!started && chunk.length < HEAD_BYTES) {
      held = chunk;
      continue;
    }
    if (!started) refuseNonText(file, chunk);
    const complete = chunk.subarray(0, completeLength(chunk));
    held = chunk.subarray(complete.length);
    line = checkText(file, complete, { line, offset });
    offset += complete.length;
    yield started ? complete : withoutMark(complete);
    started = true;
  }
  if (!started) refuseNonText(file, held);
  if (held.length === 0) return;
  checkText(file, held, { line, offset });
  yield started ? held : withoutMark(held);
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const withoutMark = (chunk: Buffer): Buffer =>
  chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;

const refuseNonText = (file: SourceFile, head: Buffer): void => {
  if (withoutMark(head).length === 0) {
    throw refuseFile(file, undefined, {
      code: 'empty-file',
      message: 'the file is empty',
      remedy: 'Check that it is the right file and that writing it had ended',
    });
  }
  const problem = nonTextSignature(head);
  if (problem !== undefined) throw refuseFile(file, 1, problem);
};

/** Length without a character that goes on in the next chunk. */
const completeLength = (chunk: Buffer): number => {
  for (let back = 1; back <= Math.min(3, chunk.length); back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) return chunk.length;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? chunk.length - back : chunk.length;
  }
  return chunk.length;
};

/** Line number (1-based) at the end of the chunk. */
const checkText = (file: SourceFile, chunk: Buffer, at: { line: number; offset: number }): number => {
  const nul = chunk.indexOf(0);
  if (nul !== -1) {
    throw refuseFile(file, at.line + countNewlines(chunk, nul), {
      code: 'binary-file',
      message: 'the file holds binary data',
      found: `a NUL byte at byte ${at.offset + nul}`,
      expected: 'UTF-8 text',
      remedy: 'Check that it is the right file; a damaged line must be repaired or removed',
    });
  }
  if (!isUtf8(chunk)) {
    const bad = firstInvalidByte(chunk);
    throw refuseFile(file, at.line + countNewlines(chunk, bad), {
      code: 'not-utf8',
      message: 'the text is not valid UTF-8',
      found: `byte 0x${(chunk[bad] ?? 0).toString(16).padStart(2, '0')} at byte ${at.offset + bad}`,
      expected: 'UTF-8 text',
      remedy: 'Save it as UTF-8; from a Windows encoding for example with: iconv -f CP1252 -t UTF-8 OLD > NEW',
    });
  }
  return at.line + countNewlines(chunk, chunk.length);
};

const countNewlines = (chunk: Buffer, end: number): number => {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1 && at < end; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
};

/** Where the first character begins that is none, by halving. */
const firstInvalidByte = (chunk: Buffer): number => {
  let valid = 0;
  let invalid = chunk.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isValidStart(chunk.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return completeLength(chunk.subarray(0, valid));
};

/** A character cut off at the end counts as valid. */
const isValidStart = (bytes: Buffer): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
};
