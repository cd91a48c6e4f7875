import type { Tree } from '../tree.ts';
import { libraryNamed, membersOf } from '../workspace.ts';

export const ONE_HOME_PER_LIBRARY =
  'Each outside library is imported by one package, which is its home and can exchange it; the exceptions have a reason';

/** Libraries that are more than a tool of one package, and why. */
const AT_HOME_EVERYWHERE: Record<string, string> = {
  zod: 'the language in which every package states its shapes',
  vitest: 'the language of the tests',
  'fast-check': 'the language of the tests',
};

/** Libraries with a second home, and why. */
const SECOND_HOMES: Record<string, { members: readonly string[]; why: string }> = {
  fastify: {
    members: ['provider-simulator', 'service-api'],
    why: 'there are two HTTP servers, ours and the one we imitate',
  },
  yaml: { members: ['pipeline', 'test'], why: 'tests read docker-compose.yml' },
};

export const librariesWithSeveralHomes = (tree: Tree): string[] => {
  const importers = new Map<string, Set<string>>();
  for (const { name, files } of membersOf(tree))
    for (const library of files.flatMap(({ imports }) => imports.map(libraryNamed)))
      if (library !== undefined) importers.set(library, (importers.get(library) ?? new Set()).add(name));
  return [...importers]
    .filter(([library, members]) => !mayHave(library, members))
    .map(([library, members]) => `${library} is imported by ${[...members].sort().join(', ')}`);
};

const mayHave = (library: string, members: ReadonlySet<string>): boolean =>
  members.size === 1 ||
  Object.hasOwn(AT_HOME_EVERYWHERE, library) ||
  [...members].every((member) => SECOND_HOMES[library]?.members.includes(member) ?? false);
