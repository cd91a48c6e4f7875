/** A tree of elements: text, nested elements, or repeated ones. Undefined leaves the element out. */
export type XmlValue = string | number | boolean | undefined | XmlElements | XmlElements[] | string[];
export type XmlElements = { [name: string]: XmlValue };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** The document of one answer. */
export const xmlDocument = (root: string, elements: XmlElements): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${render(elements)}</${root}>`);

/** The document of an error; S3 gives it no namespace. */
export const errorDocument = (code: string, message: string, resource: string): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${render({ Code: code, Message: message, Resource: resource })}</Error>`,
  );

/** The texts of all elements of a name, in order. Enough for the two small documents that clients send. */
export const xmlTexts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => unescapeXml(match[1] ?? ''));

const render = (elements: XmlElements): string =>
  Object.entries(elements)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => element(name, each)))
    .join('');

const element = (name: string, value: string | number | boolean | undefined | XmlElements): string => {
  if (value === undefined) return '';
  return `<${name}>${typeof value === 'object' ? render(value) : escapeXml(String(value))}</${name}>`;
};

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`).replace(/\r/g, '&#13;');

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal: string, hex: string, name: string) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    return hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (ENTITIES[name] ?? whole);
  });
