/** A file's name as the name of a pipeline: without ending, and of the characters that one may have. */
export const plainName = (file: string): string => {
  const stem = file.replace(/(?<=.)\.[A-Za-z0-9]{1,10}$/, '');
  const name = stem.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 100) || 'results';
};
