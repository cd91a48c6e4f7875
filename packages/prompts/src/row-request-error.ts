/**
 * This row cannot be asked; others can. Codes: those of `TemplateError` (`unknown-field`, `null-in-text`, `not-text`,
 * `render`), `no-model`, `no-body`, `empty-message`, `image-address`, `image-missing`, `image-not-a-picture`, `image-animated`,
 * `image-too-large`, `image-damaged`, `plot-not-numbers`, and those of where pictures come from.
 */
export class RowRequestError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RowRequestError';
    this.code = code;
  }
}

const SHOWN_CHARACTERS = 80;

/** A text of a row as a message quotes it. */
export const shortened = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
