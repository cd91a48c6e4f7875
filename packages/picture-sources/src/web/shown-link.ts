const SHOWN_CHARACTERS = 200;

/** A link as messages show it: without user, password, and what stands after `?` or `#`, where signed links have their secrets. */
export const shownLink = (url: URL): string => {
  const { protocol, host, pathname, search } = url;
  const text = `${protocol}//${host}${pathname}`;
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return search === '' ? shown : `${shown}?…`;
};
