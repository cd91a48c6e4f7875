/** What a file made of ISO boxes is (MP4, QuickTime, HEIC, AVIF, JPEG 2000 …), in words; null for any other file. */
export const boxTypeOf = (bytes: Uint8Array): string | null => {
  const first = text(bytes, 4, 8);
  if (first === 'JXL ') return 'a JPEG XL picture';
  if (first === 'jP  ') return 'a JPEG 2000 picture';
  if (QUICKTIME_BOXES.includes(first)) return 'a video (QuickTime)';
  if (first !== 'ftyp') return null;
  const brands = brandsIn(bytes);
  return BRANDS.find(([names]) => brands.some((brand) => names.test(brand)))?.[1] ?? 'a video (MP4)';
};

const QUICKTIME_BOXES = ['moov', 'mdat', 'wide', 'skip'];

/** A still picture may name the brands of a sequence as well, so that what is more special comes first. */
const BRANDS: [RegExp, string][] = [
  [/^avi[fs]$/, 'an AVIF picture'],
  [/^(hei[cxms]|hev[cxms])$/, 'a HEIC picture'],
  [/^m[is]f1$/, 'a HEIF picture'],
  [/^M4[AB] $/, 'a sound (MP4)'],
  [/^qt {2}$/, 'a video (QuickTime)'],
  [/^3g/, 'a video (3GP)'],
];

const MOST_BRANDS = 64;

/** The major brand, then those it is compatible with. */
const brandsIn = (bytes: Uint8Array): string[] => {
  const size = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32BE(0);
  const end = Math.min(size, bytes.length, 16 + 4 * MOST_BRANDS);
  const brands = [text(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(bytes, at, at + 4));
  return brands;
};

const text = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1');
