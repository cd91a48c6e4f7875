import type { Problem } from '@batchmill/contracts';

type Signature = { name: string; bytes: readonly number[]; remedy: string };

const RECODE = 'Save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 OLD > NEW';

const SIGNATURES: readonly Signature[] = [
  { name: 'a gzip file', bytes: [0x1f, 0x8b], remedy: 'Unpack it first, for example with: gunzip FILE' },
  {
    name: 'a zip file or an Excel workbook',
    bytes: [0x50, 0x4b, 0x03, 0x04],
    remedy: 'Unpack it, or save the workbook as CSV (UTF-8)',
  },
  { name: 'a zstd file', bytes: [0x28, 0xb5, 0x2f, 0xfd], remedy: 'Unpack it first, for example with: unzstd FILE' },
  { name: 'an xz file', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], remedy: 'Unpack it first, for example with: unxz FILE' },
  { name: 'a bzip2 file', bytes: [0x42, 0x5a, 0x68], remedy: 'Unpack it first, for example with: bunzip2 FILE' },
  { name: 'a Parquet file', bytes: [0x50, 0x41, 0x52, 0x31], remedy: 'Set the format of the source to parquet' },
  { name: 'UTF-16 text', bytes: [0xff, 0xfe], remedy: RECODE },
  { name: 'UTF-16 text', bytes: [0xfe, 0xff], remedy: RECODE },
];

/** What a file is by its first bytes, where that is no UTF-8 text. */
export const nonTextSignature = (head: Uint8Array): Omit<Problem, 'place'> | undefined => {
  const known = SIGNATURES.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  if (known !== undefined) return notText(known.name, known.remedy);
  return looksLikeUtf16(head) ? notText('UTF-16 text', RECODE) : undefined;
};

/** Without a byte order mark: every second byte of ASCII text in UTF-16 is NUL. */
const looksLikeUtf16 = (head: Uint8Array): boolean => {
  const sample = head.subarray(0, 64);
  const nulsAt = (parity: number) => sample.filter((byte, i) => i % 2 === parity && byte === 0).length;
  const half = Math.floor(sample.length / 2);
  return half >= 4 && (nulsAt(0) >= half * 0.8 || nulsAt(1) >= half * 0.8);
};

const notText = (found: string, remedy: string): Omit<Problem, 'place'> => ({
  code: 'not-text',
  message: 'the file is not the text it should be',
  found,
  expected: 'UTF-8 text',
  remedy,
});
