/** A text of at most so many characters; one that goes on ends with an ellipsis. */
export const abridged = (text: string, characters: number): string => {
  // a character has at most two units: no need to take a long text apart
  const start = Array.from(text.slice(0, 2 * characters + 2));
  return start.length <= characters ? text : `${start.slice(0, characters).join('')} …`;
};
