const SHOWN_CHARACTERS = 40;

/** A request body with the bytes of its pictures cut, so that a person can read it. */
export const abbreviated = (value: unknown): unknown => {
  if (typeof value === 'string') return isPicture(value) ? cut(value) : value;
  if (Array.isArray(value)) return value.map(abbreviated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, abbreviated(inner)]));
};

const isPicture = (text: string): boolean => text.startsWith('data:') && text.length > SHOWN_CHARACTERS;

const cut = (text: string): string => {
  const bytes = Math.floor(((text.length - text.indexOf(',') - 1) * 3) / 4);
  return `${text.slice(0, SHOWN_CHARACTERS)}… (picture of ${bytes} bytes)`;
};
