const LOOKED_AT_BYTES = 4096;

/** What a text is that begins with markup (SVG, a web page …), or JSON, in words; null for what is none. */
export const markupOf = (bytes: Uint8Array): string | null => {
  const text = beginning(bytes.subarray(0, LOOKED_AT_BYTES)).trimStart();
  if (/^[[{]\s*["{[]/.test(text)) return 'JSON';
  if (!text.startsWith('<')) return null;
  const [, element] = /<([A-Za-z][\w:.-]*)/.exec(withoutPrologue(text)) ?? [];
  const name = element?.replace(/^.*:/, '').toLowerCase();
  if (name === 'svg' || /^<!doctype\s+svg\b/im.test(text)) return 'an SVG drawing';
  if (name === 'html' || name === 'head' || name === 'body' || /^<!doctype\s+html\b/i.test(text))
    return 'a web page (HTML)';
  return name === undefined && !text.startsWith('<?xml') ? null : 'a text with markup (XML)';
};

/** UTF-8, or UTF-16 where its mark says so. */
const beginning = (bytes: Uint8Array): string => {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return new TextDecoder(isUtf16 ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(bytes);
};

/** Declarations, comments and a document type may hold names of elements that are not its own. */
const withoutPrologue = (text: string): string =>
  text.replaceAll(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<![^>[]*(\[[\s\S]*?\])?\s*>/g, '');
