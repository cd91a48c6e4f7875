import type { Json } from '@batchmill/contracts';
import { overlaySet, overlayVariables } from './overlay.ts';
import type { Overridden } from './overlay.ts';
import { checkObject } from './check-document.ts';
import { readDocument } from './document.ts';
import type { SourceDocument } from './document.ts';
import type { Finding } from '../problems/finding.ts';
import { putInVariables } from './put-in-variables.ts';
import type { WithVariables } from './put-in-variables.ts';

/** Values given from outside the file: `--var name=value` and `--set path=value`. */
export type Overrides = {
  variables?: Readonly<Record<string, Json>> | undefined;
  set?: Readonly<Record<string, Json>> | undefined;
};

/** A pipeline that has been read, with overrides and variables put in; `value` is absent where it cannot be read. */
export type Prepared = {
  document: SourceDocument;
  value?: Json;
  findings: Finding[];
  changed: Overridden['changed'];
  madeFrom: WithVariables['madeFrom'];
};

export const prepare = (source: string | object, { variables = {}, set = {} }: Overrides): Prepared => {
  const document = typeof source === 'string' ? readDocument(source) : fromObject(source);
  const unusable = [...checkObject(set), ...checkObject(variables)];
  if (document.value === undefined || unusable.length > 0) {
    return { document, findings: [...document.findings, ...unusable], changed: [], madeFrom: new Map() };
  }
  const overridden = overlayVariables(overlaySet(document.value, set), variables);
  const { value, findings, madeFrom } = putInVariables(overridden.value);
  return {
    document,
    value,
    findings: [...document.findings, ...overridden.findings, ...findings],
    changed: overridden.changed,
    madeFrom,
  };
};

const fromObject = (source: object): SourceDocument => {
  const findings = checkObject(source);
  const locate = () => undefined;
  // As JSON, since an object from TypeScript may hold what JSON has not: undefined, dates.
  return findings.length > 0 ? { findings, locate } : { value: JSON.parse(JSON.stringify(source)), findings, locate };
};
