import { importsOf } from './imports-of.ts';
import type { Tree } from './tree.ts';

export type Manifest = {
  name?: string;
  private?: boolean;
  license?: string;
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  exports?: Record<string, string>;
};

export type Member = {
  /** `packages/queue`, `services/poller`, `recipes/m4-captions` or `test` */
  folder: string;
  kind: 'package' | 'service' | 'recipe' | 'test';
  /** `queue`; a service is `service-poller` */
  name: string;
  manifest: Manifest;
  files: SourceFile[];
};

export type SourceFile = { path: string; text: string; isTest: boolean; imports: string[] };

const KINDS = { packages: 'package', services: 'service', recipes: 'recipe', test: 'test' } as const;

export const membersOf = (tree: Tree): Member[] =>
  [...tree].flatMap(([path, text]) => {
    const match = /^(?<folder>(?<top>packages|services|recipes)\/[^/]+|(?<test>test))\/package\.json$/.exec(path);
    if (match?.groups === undefined) return [];
    const { folder = '', top = 'test' } = match.groups;
    const manifest = JSON.parse(text) as Manifest;
    const kind = KINDS[top as keyof typeof KINDS];
    const name = (manifest.name ?? '').replace('@batchmill/', '');
    return [{ folder, kind, name, manifest, files: sourceFilesOf(tree, folder) }];
  });

/** Also what only tests import: fixtures, folders named `testing`, suites that drivers share. */
const FOR_TESTS =
  /\.(test|fixture)\.ts$|-in-test\.ts$|\/testing\/|\/conformance(\/|\.ts$)|^test\/|^packages\/testkit\//;

export const isForTests = (path: string): boolean => FOR_TESTS.test(path);

/** The workspace package an import names: `queue` for `@batchmill/queue/…`; undefined for anything else. */
export const memberNamed = (specifier: string): string | undefined => /^@batchmill\/([^/]+)/.exec(specifier)?.[1];

/** The npm package an import names; undefined for our own, for Node's and for relative ones. */
export const libraryNamed = (specifier: string): string | undefined =>
  /^(?:node:|\.|@batchmill\/)/.test(specifier) ? undefined : /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1];

const sourceFilesOf = (tree: Tree, folder: string): SourceFile[] =>
  [...tree]
    .filter(([path]) => path.startsWith(`${folder}/`) && path.endsWith('.ts'))
    .map(([path, text]) => ({ path, text, isTest: isForTests(path), imports: importsOf(text) }));
