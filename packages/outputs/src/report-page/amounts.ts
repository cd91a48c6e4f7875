/** `1,234` */
export const count = (value: number): string => value.toLocaleString('en-US');

/** US dollars, with as many places as a small amount needs to be seen. */
export const dollars = (value: number): string =>
  value.toLocaleString('en-US', { style: 'currency', currency: 'USD', maximumSignificantDigits: value < 1 ? 3 : 12 });

/** `2025-01-31 13:45 UTC` */
export const time = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `h:mm:ss` */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};
