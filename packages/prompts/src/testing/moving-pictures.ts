/** A GIF of 2 × 2 pixels that says it loops. */
export const gif = (frames: number): Buffer => {
  const head = [...Buffer.from('GIF89a'), 2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255];
  const loops = [0x21, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, 0, 0, 0];
  const frame = [0x21, 0xf9, 4, 4, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x8c, 0x0a, 0];
  return Buffer.from([...head, ...loops, ...Array.from({ length: frames }, () => frame).flat(), 0x3b]);
};

/** The chunks of a PNG animation, without valid checksums. */
export const apng = (frames: number): Buffer => {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const chunk = (name: string, data: Buffer): Buffer =>
    Buffer.concat([number(data.length), Buffer.from(name), data, Buffer.alloc(4)]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0])),
    chunk('acTL', Buffer.concat([number(frames), number(0)])),
    chunk('IDAT', Buffer.alloc(20)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

/** The chunks of a WebP animation; its frames are of odd length, so that each is followed by a filling byte. */
export const webpAnimation = (frames: number): Buffer => {
  const chunk = (name: string, data: Buffer): Buffer => {
    const head = Buffer.from(`${name}....`);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  const chunks = [
    chunk('VP8X', Buffer.from([0x02, 0, 0, 0, 1, 0, 0, 1, 0, 0])),
    chunk('ANIM', Buffer.alloc(6)),
    ...Array.from({ length: frames }, () => chunk('ANMF', Buffer.alloc(21))),
  ];
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  const head = Buffer.from('RIFF....');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
