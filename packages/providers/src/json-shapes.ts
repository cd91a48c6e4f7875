export type JsonObject = { [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectAt = (value: unknown, name: string): JsonObject | null => {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : null;
};

export const textAt = (value: unknown, name: string): string | null => {
  const inner = isObject(value) ? value[name] : undefined;
  return typeof inner === 'string' ? inner : null;
};

export const numberAt = (value: unknown, name: string): number | null => {
  const inner = isObject(value) ? value[name] : undefined;
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : null;
};

export const listAt = (value: unknown, name: string): unknown[] => {
  const inner = isObject(value) ? value[name] : undefined;
  return Array.isArray(inner) ? inner : [];
};

/** The value, or undefined where the text is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
