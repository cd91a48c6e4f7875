import { posix } from 'node:path';
import type { Tree } from '../tree.ts';
import { isForTests, memberNamed, membersOf } from '../workspace.ts';
import type { Member } from '../workspace.ts';

/** What everything may speak of: it knows neither a store nor a queue nor a provider. */
const LANGUAGE = ['contracts', 'templates', 'rounds', 'answer-schema', 'pipeline'];

/** Which packages a package may import. Anyone who is not here has no place yet: give it one. */
const BELOW: Record<string, readonly string[]> = {
  contracts: [],
  templates: ['contracts'],
  rounds: ['contracts', 'templates'],
  'answer-schema': ['contracts'],
  pipeline: ['contracts', 'templates', 'answer-schema'],
  // adapters: each stands between the language and one thing outside, and none knows another
  queue: LANGUAGE,
  'object-store': LANGUAGE,
  providers: LANGUAGE,
  'provider-simulator': LANGUAGE,
  dataset: LANGUAGE,
  prompts: LANGUAGE,
  transforms: LANGUAGE,
  'private-redis': LANGUAGE,
  // what the services share: the record, what follows from it, what is made of it, the process around it
  ledger: [...LANGUAGE, 'object-store'],
  'answer-index': [...LANGUAGE, 'ledger', 'providers'],
  flow: [...LANGUAGE, 'ledger', 'queue'],
  outputs: [...LANGUAGE, 'ledger', 'dataset'],
  'service-host': [...LANGUAGE, 'flow', 'ledger', 'queue', 'object-store', 'providers'],
  'picture-sources': [...LANGUAGE, 'ledger', 'object-store', 'service-host'],
  testkit: [...LANGUAGE, 'object-store', 'private-redis'],
  // for programs of users: the API, the files that it delivers, and what its services do as single functions
  sdk: [...LANGUAGE, 'dataset', 'prompts', 'providers'],
};

const SERVICES_IMPORT = [
  ...LANGUAGE,
  ...['queue', 'object-store', 'providers', 'dataset', 'prompts', 'transforms'],
  ...['ledger', 'answer-index', 'flow', 'outputs', 'service-host', 'picture-sources'],
];

const TOP: Record<string, (name: string) => boolean> = {
  embedded: (name) => !['cli', 'sdk', 'testkit'].includes(name),
  cli: (name) => !isService(name) && name !== 'testkit',
};

export const IMPORTS_GO_ONE_WAY =
  'Imports go one way: test, embedded → services → ledger, flow, outputs, service-host → adapters → pipeline, contracts. ' +
  'Services never import each other, adapters never import each other, and only embedded imports services';

export const importsAgainstTheWay = (tree: Tree): string[] =>
  membersOf(tree)
    .filter(({ kind }) => kind !== 'test')
    .flatMap((member) => {
      const mayImport = permissionOf(member);
      if (mayImport === undefined) return [`${member.folder} has no place in test/structure/rules/import-direction.ts`];
      return member.files.flatMap(({ path, isTest, imports }) =>
        imports
          .map(memberNamed)
          .filter((name) => name !== undefined)
          .filter((name) => !mayImport(name) && !(isTest && name === 'testkit'))
          .map((name) => `${path} imports ${name}`),
      );
    });

const permissionOf = ({ kind, name }: Member): ((name: string) => boolean) | undefined => {
  if (kind === 'service') return (other) => SERVICES_IMPORT.includes(other);
  if (kind === 'recipe') return (other) => [...LANGUAGE, 'dataset', 'prompts', 'sdk'].includes(other);
  const below = BELOW[name];
  return TOP[name] ?? (below === undefined ? undefined : (other) => below.includes(other));
};

const isService = (name: string): boolean => name.startsWith('service-');

export const PRODUCTION_KNOWS_NO_TESTS =
  'Production code imports neither testkit nor a test, a fixture or anything else that is there for tests';

export const productionThatImportsTests = (tree: Tree): string[] =>
  membersOf(tree)
    .flatMap(({ files }) => files)
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, imports }) =>
      imports
        .filter(
          (specifier) =>
            memberNamed(specifier) === 'testkit' ||
            specifier === 'vitest' ||
            isForTests(specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier),
        )
        .map((specifier) => `${path} imports ${specifier}`),
    );

export const NO_WAY_AROUND = 'A relative import stays in its package; another package is imported by its name';

export const importsThatLeaveTheirPackage = (tree: Tree): string[] =>
  membersOf(tree).flatMap(({ folder, files }) =>
    files.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => !posix.join(posix.dirname(path), specifier).startsWith(`${folder}/`))
        .map((specifier) => `${path} imports ${specifier}`),
    ),
  );
