import { z } from 'zod';

/** A variable that holds a list: `a, b`. */
export const commaSeparated = () =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );
