const HIDDEN = '[hidden]';
/** Shorter keys are no secret (the simulator's) and would blot out ordinary words. */
const SECRET_LENGTH = 12;

/** Removes keys from a text: `key` itself, anything that looks like one, and bearer tokens. */
export const scrubText = (text: string, key = ''): string => {
  const withoutKey = key.length >= SECRET_LENGTH ? text.replaceAll(key, HIDDEN) : text;
  return withoutKey.replace(/\bBearer\s+[^\s"',]+/gi, `Bearer ${HIDDEN}`).replace(/\bsk-[A-Za-z0-9_*-]{4,}/g, HIDDEN);
};

/** A plain error with the same message, code and causes, without any key. */
export const scrubError = (error: unknown, key = '', depth = 3): Error => {
  if (!(error instanceof Error)) return new Error(scrubText(String(error), key));
  const cause = error.cause === undefined || depth === 0 ? undefined : scrubError(error.cause, key, depth - 1);
  const clean = new Error(scrubText(error.message, key), cause === undefined ? undefined : { cause });
  clean.name = error.name;
  const code = codeOf(error);
  return code === undefined ? clean : Object.assign(clean, { code });
};

/** The system's or the SDK's error code, found on the error or its causes. */
export const codeOf = (error: unknown): string | undefined => {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    if (current instanceof AggregateError) {
      const inner = current.errors.map(codeOf).find((code) => code !== undefined);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
};
