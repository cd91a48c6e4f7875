/** Markup that is ready: all texts in it are escaped. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = string | number | Html | readonly Html[];

/** Markup with values in it; every text is escaped, also for attributes in quotes. */
export const html = (pieces: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(pieces.map((piece, i) => (i === 0 ? piece : markupOf(parts[i - 1] ?? '') + piece)).join(''));

export const nothing = new Html('');

const markupOf = (part: Part): string => {
  if (part instanceof Html) return part.markup;
  return typeof part === 'string' || typeof part === 'number'
    ? escaped(String(part))
    : part.map(({ markup }) => markup).join('\n');
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.toWellFormed().replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
