import type { Fields, Row } from '@batchmill/contracts';

/** What templates and conditions see of a row: its fields, `vars`, `_key`, `_line` and, after an expansion, `_n` and `_parent`. */
export const rowScope = (row: Row, vars: Fields): Fields => {
  const scope: Fields = { ...row.fields, vars, _key: row.key, _line: row.line };
  if (row.n !== undefined) scope['_n'] = row.n;
  if (row.parent !== undefined) scope['_parent'] = row.parent;
  return scope;
};
