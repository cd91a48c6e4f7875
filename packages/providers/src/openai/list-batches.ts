import type { OpenAI } from 'openai';
import type { ProviderBatch } from '../batch-provider.ts';
import { isObject } from '../json-shapes.ts';
import { ProviderError } from '../provider-error.ts';
import { readBatch } from './read-batch.ts';
import { toProviderError } from './to-provider-error.ts';

const PAGE_SIZE = 100;

/**
 * Newest first, page by page. Ends after a page that holds nothing young enough. An answer that cannot be read in full
 * throws: taking it for an empty list could make somebody pay again for a batch that is there.
 */
export async function* listBatches(
  client: OpenAI,
  apiKey: string,
  { createdAfterMs = 0 }: { createdAfterMs?: number } = {},
): AsyncGenerator<ProviderBatch> {
  let after: string | undefined;
  do {
    const page = await readPage(client, apiKey, after);
    const young = page.batches.filter(({ createdAtMs }) => isYoung(createdAtMs, createdAfterMs));
    yield* young;
    if (young.length === 0 || !page.hasMore) return;
    const last = page.batches.at(-1)?.id;
    if (last === after) throw unreadable('its list does not go on from one page to the next');
    after = last;
  } while (after !== undefined);
}

/** Times come in whole seconds, so that a batch made in the same second counts as young. */
const isYoung = (createdAtMs: number | null, createdAfterMs: number): boolean =>
  createdAtMs === null || createdAtMs + 999 >= createdAfterMs;

const readPage = async (
  client: OpenAI,
  apiKey: string,
  after: string | undefined,
): Promise<{ batches: ProviderBatch[]; hasMore: boolean }> => {
  try {
    // Not through the SDK's page object: it takes an answer without a list for an empty one.
    const page: unknown = await client.get('/batches', { query: { limit: PAGE_SIZE, after } });
    const data = isObject(page) ? page['data'] : undefined;
    if (!Array.isArray(data)) throw unreadable('its answer holds no list of batches');
    const batches = data.map(readBatch).filter((batch) => batch !== null);
    if (batches.length !== data.length) throw unreadable('its list holds something that is no batch');
    const more = isObject(page) ? page['has_more'] : undefined;
    return { batches, hasMore: typeof more === 'boolean' ? more : batches.length === PAGE_SIZE };
  } catch (error) {
    throw toProviderError(error, apiKey);
  }
};

const unreadable = (reason: string): ProviderError =>
  new ProviderError(`The provider's batches could not be listed: ${reason}.`, {
    kind: 'unavailable',
    code: 'unreadable-answer',
    retryable: true,
  });
