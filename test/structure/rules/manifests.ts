import { parse } from 'yaml';
import type { Tree } from '../tree.ts';
import { libraryNamed, memberNamed, membersOf } from '../workspace.ts';
import type { Manifest, Member } from '../workspace.ts';

export const MANIFESTS_ARE_ALIKE = 'Every package.json is private, MIT, a module, and named after its folder';

export const manifestsThatDiffer = (tree: Tree): string[] =>
  membersOf(tree).flatMap(({ folder, manifest }) => {
    const name = folder
      .replace(/^packages\//, '')
      .replace(/^services\//, 'service-')
      .replace(/^recipes\//, 'recipe-');
    const expected = { name: `@batchmill/${name}`, private: true, license: 'MIT', type: 'module' } as const;
    return Object.entries(expected)
      .filter(([key, value]) => manifest[key as keyof typeof expected] !== value)
      .map(([key, value]) => `${folder}/package.json: "${key}" must be ${JSON.stringify(value)}`);
  });

export const WHAT_IS_IMPORTED_IS_DECLARED =
  'What a file imports is declared in the package.json beside it: for production in "dependencies"; tools of the tests in the root';

export const importsNotDeclared = (tree: Tree): string[] => {
  const root = JSON.parse(tree.get('package.json') ?? '{}') as Manifest;
  return membersOf(tree).flatMap(({ kind, name: self, manifest, files }) => {
    const forProduction = new Set(Object.keys(manifest.dependencies ?? {}));
    const forTests = new Set([
      ...forProduction,
      ...Object.keys({ ...manifest.devDependencies, ...root.devDependencies }),
    ]);
    return files.flatMap(({ path, isTest, imports }) =>
      imports
        .map(packageNamed)
        .filter((name) => name !== undefined && name !== `@batchmill/${self}`)
        .filter((name) => !(isTest || kind === 'recipe' ? forTests : forProduction).has(name ?? ''))
        .map((name) => `${path} imports ${name}`),
    );
  });
};

export const WHAT_IS_DECLARED_IS_IMPORTED =
  'What a package.json declares is imported: "dependencies" by production code, "devDependencies" by tests';

export const declarationsNotImported = (tree: Tree): string[] =>
  membersOf(tree).flatMap((member) => {
    const imported = (wanted: 'production' | 'anywhere') => importedBy(member, wanted === 'production');
    const unused = (declared: Record<string, string> | undefined, used: ReadonlySet<string>) =>
      Object.keys(declared ?? {}).filter((name) => !used.has(name) && !isTypesOf(name, used));
    const { folder, manifest } = member;
    return [
      ...unused(manifest.dependencies, imported('production')),
      ...unused(manifest.devDependencies, imported('anywhere')),
    ].map((name) => `${folder}/package.json declares ${name}`);
  });

export const VERSIONS_ARE_EXACT =
  'Versions are exact and stand once, in the catalog of pnpm-workspace.yaml; manifests say "catalog:" or "workspace:*"';

export const versionsThatAreNotExact = (tree: Tree): string[] => {
  const { catalog = {} } = parse(tree.get('pnpm-workspace.yaml') ?? '{}') as { catalog?: Record<string, string> };
  const root = JSON.parse(tree.get('package.json') ?? '{}') as Manifest;
  const manifests = [{ folder: '.', manifest: root }, ...membersOf(tree)];
  const used = new Set<string>();
  const loose = manifests.flatMap(({ folder, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap(([name, version]) => {
      used.add(name);
      return version === (name.startsWith('@batchmill/') ? 'workspace:*' : 'catalog:')
        ? []
        : [`${folder}/package.json asks for ${name} ${version}`];
    }),
  );
  const pins = Object.entries({ ...catalog, ...root.optionalDependencies });
  return [
    ...loose,
    ...pins.filter(([, version]) => !EXACT.test(version)).map(([name, version]) => `${name} is pinned as ${version}`),
    ...Object.keys(catalog)
      .filter((name) => !used.has(name))
      .map((name) => `${name} is in the catalog and used by nobody`),
  ];
};

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const packageNamed = (specifier: string): string | undefined => {
  const member = memberNamed(specifier);
  return member === undefined ? libraryNamed(specifier) : `@batchmill/${member}`;
};

/** For testkit and `test`, which are there for tests, what tests import is what they are made of; a recipe's scripts are no production. */
const importedBy = ({ kind, name, files }: Member, onlyProduction: boolean): Set<string> => {
  const all = !onlyProduction || kind === 'test' || name === 'testkit';
  const imports = files.filter(({ isTest }) => all || !isTest).flatMap((file) => file.imports);
  return new Set(imports.map(packageNamed).filter((found) => found !== undefined));
};

const isTypesOf = (name: string, used: ReadonlySet<string>): boolean =>
  name.startsWith('@types/') && used.has(name.slice('@types/'.length));
