export type ByteRange = { start: number; end: number };

/** One range of a Range header (RFC 9110), end exclusive; null = send everything. Several ranges are not served. */
export const byteRange = (header: string | undefined, bytes: number): ByteRange | null | 'unsatisfiable' => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { start: bytes - length, end: bytes };
  }
  const start = Number(first);
  const end = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  return start >= end ? 'unsatisfiable' : { start, end };
};
