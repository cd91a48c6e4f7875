/** The media type of a picture by its first bytes, whatever its name says; null where it is none that models take. */
export const imageType = (bytes: Uint8Array): string | null => {
  const found = SIGNATURES.find(({ parts }) => parts.every(({ at, is }) => startsAt(bytes, at, is)));
  return found?.type ?? null;
};

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

const SIGNATURES = [
  { type: 'image/png', parts: [{ at: 0, is: [0x89, ...ascii('PNG'), 0x0d, 0x0a, 0x1a, 0x0a] }] },
  { type: 'image/jpeg', parts: [{ at: 0, is: [0xff, 0xd8, 0xff] }] },
  { type: 'image/gif', parts: [{ at: 0, is: ascii('GIF87a') }] },
  { type: 'image/gif', parts: [{ at: 0, is: ascii('GIF89a') }] },
  {
    type: 'image/webp',
    parts: [
      { at: 0, is: ascii('RIFF') },
      { at: 8, is: ascii('WEBP') },
    ],
  },
] as const;

const startsAt = (bytes: Uint8Array, at: number, expected: readonly number[]): boolean =>
  expected.every((byte, index) => bytes[at + index] === byte);
