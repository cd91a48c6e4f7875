import { boxTypeOf } from './box-type.ts';
import { markupOf } from './markup.ts';

export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** A picture that models take, or else what it is, in words; null where nobody can tell. */
export type ContentType = { picture: PictureType } | { other: string } | null;

/** What bytes are by their content, whatever a name or a header says. The first 4 KiB are enough. */
export const contentTypeOf = (bytes: Uint8Array): ContentType => {
  const start = Buffer.from(bytes.subarray(0, SIGNATURE_BYTES)).toString('latin1');
  const found = SIGNATURES.find(({ parts }) => parts.every(([text, at = 0]) => start.startsWith(text, at)));
  if (found !== undefined) return found.type;
  const other = boxTypeOf(bytes) ?? markupOf(bytes);
  return other === null ? null : { other };
};

const SIGNATURE_BYTES = 32;

type Part = [text: string, at?: number];
const picture = (type: PictureType, ...parts: Part[]) => ({ type: { picture: type }, parts });
const other = (what: string, ...parts: Part[]) => ({ type: { other: what }, parts });

/** Bytes as Latin-1, from the formats' specifications. The first that fits counts. */
const SIGNATURES: readonly { type: NonNullable<ContentType>; parts: Part[] }[] = [
  picture('image/png', ['\x89PNG\r\n\x1a\n']),
  picture('image/jpeg', ['\xff\xd8\xff']),
  picture('image/gif', ['GIF87a']),
  picture('image/gif', ['GIF89a']),
  picture('image/webp', ['RIFF'], ['WEBP', 8]),
  other('a video (AVI)', ['RIFF'], ['AVI ', 8]),
  other('a sound (WAV)', ['RIFF'], ['WAVE', 8]),
  other('a video (WebM or Matroska)', ['\x1a\x45\xdf\xa3']),
  other('a video or sound (Ogg)', ['OggS']),
  other('a video (Flash)', ['FLV\x01']),
  other('a video (Windows Media)', ['\x30\x26\xb2\x75\x8e\x66\xcf\x11']),
  other('a video (MPEG)', ['\x00\x00\x01\xba']),
  other('a video (MPEG)', ['\x00\x00\x01\xb3']),
  other('a sound (MP3)', ['ID3']),
  other('a sound (FLAC)', ['fLaC']),
  other('a PDF document', ['%PDF-']),
  other('a TIFF picture', ['II*\x00']),
  other('a TIFF picture', ['MM\x00*']),
  other('a TIFF picture', ['II+\x00']),
  other('an icon (ICO)', ['\x00\x00\x01\x00']),
  other('a Photoshop document', ['8BPS']),
  other('a JPEG XL picture', ['\xff\x0a']),
  // two letters are few: the four bytes after the size are always 0
  other('a BMP picture', ['BM'], ['\x00\x00\x00\x00', 6]),
  other('a PostScript document', ['%!PS']),
  other('a ZIP archive, or a document that is one', ['PK\x03\x04']),
  other('a compressed file (gzip)', ['\x1f\x8b']),
];
