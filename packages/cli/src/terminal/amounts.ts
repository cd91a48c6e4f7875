/** `1,234` */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 row`, `2 rows` */
export const counted = (value: number, thing: string): string => {
  const plural = /(?:ch|s|x)$/.test(thing) ? `${thing}es` : `${thing}s`;
  return `${count(value)} ${value === 1 ? thing : plural}`;
};

/** US dollars: cents, or as many places as a small amount needs to be seen. */
export const dollars = (value: number): string => {
  if (value === 0) return '$0.00';
  if (value < 0.000_1) return '<$0.0001';
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })}`;
};

export const fileSize = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power - 1]}`;
};

/** `8 s`, `2 min 5 s`, `1 h 4 min` */
export const duration = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
};

/** `2026-11-20 15:04`, in the time zone of this machine. */
export const localTime = (at: number): string => new Date(at).toLocaleString('sv-SE').slice(0, 16);
