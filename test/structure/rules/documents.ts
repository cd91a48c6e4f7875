import { posix } from 'node:path';
import type { Tree } from '../tree.ts';

export const LINKS_LEAD_SOMEWHERE =
  'A relative link in a document leads to a file or folder of the repository, and to a heading that is there';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** @param exists whether a path from the root is there; links may also lead to what is no text. */
export const deadLinks = (tree: Tree, exists: (path: string) => boolean): string[] =>
  documentsOf(tree).flatMap(([path, text]) =>
    linksOf(text)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [target = '', heading] = link.split('#');
        const file = target === '' ? path : posix.join(posix.dirname(path), target);
        return !exists(file) || (heading !== undefined && !headingsOf(tree.get(file) ?? '').has(heading));
      })
      .map((link) => `${path} links to ${link}`),
  );

export const NO_REGISTRY_IS_NAMED =
  'No file names the host of a registry: which one is used is a setting of the machine';

const REGISTRY =
  /\bregistry\.(npmjs|yarnpkg)\.|^registry=|\b(pypi|pythonhosted)\.org|\b(deb|security)\.debian\.org|\bproxy\.golang\.org|\bsum\.golang\.org/m;

export const namedRegistries = (tree: Tree): string[] =>
  [...tree]
    .filter(([path]) => !path.startsWith('test/structure/'))
    .filter(([, text]) => REGISTRY.test(text))
    .map(([path, text]) => `${path} names ${REGISTRY.exec(text)?.[0]}`);

export const PROMISES_NAME_THEIR_TESTS =
  'A test that docs/reliability.md names for a promise is there, and has the number of the promise in a name of a test';

const PROMISE = /^\| (R\d+) \|[^|]*\|(.*)\|$/gm;

export const unnamedPromises = (tree: Tree): string[] =>
  [...(tree.get('docs/reliability.md') ?? '').matchAll(PROMISE)].flatMap(([, number = '', proof = '']) =>
    [...proof.matchAll(/`([^`]+\.test\.ts)`/g)].flatMap(([, name = '']) => {
      const tests = [...tree].filter(([path]) => path === name || path.endsWith(`/${name}`));
      if (tests.length === 0) return [`${number}: there is no ${name}`];
      return tests.some(([, text]) => new RegExp(`['"\`][^'"\`\n]*\\b${number}\\b`).test(text))
        ? []
        : [`${number}: no test in ${name} has it in its name`];
    }),
  );

const documentsOf = (tree: Tree): [string, string][] => [...tree].filter(([path]) => path.endsWith('.md'));

/** Links of a document, but not what only looks like one inside code. */
const linksOf = (text: string): string[] => {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(LINK)].map((match) => match[1] ?? '');
};

const headingsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
