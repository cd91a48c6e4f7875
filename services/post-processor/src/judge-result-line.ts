import type { Fields, Json, Row } from '@batchmill/contracts';

/** A line of the provider's files as it came, but with the row's key as its custom id. */
export type ResultLine = { id: Json; custom_id: string; response: Json; error: Json } & Fields;

/** Reads a line that is known to be a JSON object; members that a provider leaves out are null. */
export const resultLineOf = (row: Row, source: string): ResultLine => {
  const { id = null, response = null, error = null, ...others } = JSON.parse(source) as Fields;
  return { ...others, id, custom_id: row.key, response, error };
};

/** Whether the provider has answered with success, whatever it has answered. */
export const isAnswered = ({ response }: ResultLine): boolean => {
  if (!isObject(response) || !isObject(response['body'] ?? null)) return false;
  const status = response['status_code'];
  return typeof status === 'number' && status >= 200 && status <= 299;
};

const isObject = (value: Json): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
