import { stat } from 'node:fs/promises';
import type { Fields, Json } from '@batchmill/contracts';
import { diskFile, readSource } from '@batchmill/dataset';

/** Rows that are not ok, read from a `rejects.jsonl`, each as a line of a provider's error file. */
export async function* errorLines(rejects: string): AsyncGenerator<string> {
  const { size: bytes } = await stat(rejects);
  if (bytes === 0) return;
  const source = { format: 'jsonl' as const, paths: [rejects], derive: [] };
  for await (const item of readSource(source, [diskFile({ name: rejects, path: rejects, bytes })], { vars: {} })) {
    if ('problem' in item) throw new Error(`${rejects}:${item.line}: ${item.problem.message}`);
    yield `${JSON.stringify(errorLine(item.fields))}\n`;
  }
}

/** What the provider said of the request; where it said nothing, why there is no answer. */
const errorLine = ({ key = null, reason = null, raw = null }: Fields): Fields => {
  const { id = null, response = null, error = null } = isObject(raw) ? raw : {};
  return {
    id,
    custom_id: key,
    response,
    error: response === null && error === null ? reason : error,
  };
};

const isObject = (value: Json): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
