/** Takes secrets out of text, by what they look like and by what was registered. */
export type Secrets = {
  /** From now on this value never appears. Values under 6 characters are ignored: they would be found everywhere. */
  add(value: string): void;
  scrub(text: string): string;
};

const MINIMUM_LENGTH = 6;
const HIDDEN = '[secret]';

/** OpenAI and Anthropic keys, bearer tokens, Google keys, AWS access key ids, passwords in addresses. */
const PATTERNS: [RegExp, string][] = [
  [/\bsk-[A-Za-z0-9_-]{8,}/g, HIDDEN],
  [/\bBearer\s+[A-Za-z0-9._~+/=-]{6,}/gi, `Bearer ${HIDDEN}`],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*):[^\s/@"]+@/gi, `$1:${HIDDEN}@`],
];

export const createSecrets = (): Secrets => {
  const known = new Map<string, string>();
  return {
    add: (value) => {
      if (value.length < MINIMUM_LENGTH) return;
      // As it stands, inside JSON, inside JSON inside JSON (an error's body), and in an address.
      for (const form of [value, inJson(value), inJson(inJson(value)), encodeURIComponent(value)]) {
        known.set(form, /^\d+$/.test(form) ? '9'.repeat(form.length) : HIDDEN);
      }
    },
    scrub: (text) => {
      let clean = text;
      // Longest first: a secret may be part of another.
      const byLength = [...known].sort(([a], [b]) => b.length - a.length);
      for (const [secret, replacement] of byLength) clean = clean.replaceAll(secret, () => replacement);
      for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
      return clean;
    },
  };
};

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);
