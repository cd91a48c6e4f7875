/** What a reader of the bill should know of models without a known price: they stand in it with nothing. */
export const priceWarnings = (unpriced: readonly string[]): string[] =>
  unpriced.map((model) => `No price is known for the model "${model}": what it costs is not in the sums.`);
