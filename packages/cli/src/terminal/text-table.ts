/** Rows of cells as aligned lines. Columns named in `right` (0-based) are aligned at their right end. */
export const textTable = (rows: readonly (readonly string[])[], right: readonly number[] = []): string[] => {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - visibleLength(cell));
        return right.includes(column) ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
};

/** Colour sequences take no room. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const visibleLength = (cell: string): number => cell.replaceAll(/\u001B\[\d*m/g, '').length;
