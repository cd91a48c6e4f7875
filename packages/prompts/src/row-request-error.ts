/**
 * This row cannot be asked; others can. Codes: those of `TemplateError` (`unknown-field`, `null-in-text`, `not-text`,
 * `render`), `no-model`, `empty-message`, `image-address`, `image-missing`, `image-not-a-picture`, `image-too-large`,
 * `plot-not-numbers`.
 */
export class RowRequestError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RowRequestError';
    this.code = code;
  }
}
