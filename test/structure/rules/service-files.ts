import type { Tree } from '../tree.ts';
import { membersOf } from '../workspace.ts';

export const SERVICES_LOOK_ALIKE =
  'Every service has the same files: README.md (at most 40 lines), src/main.ts (3 statements), src/config.ts, ' +
  'src/service.ts, src/events.ts (the api has src/routes/ instead) and at least one file for its work';

const FRAME = ['main.ts', 'config.ts', 'service.ts', 'events.ts'];
const README_LINES = 40;

const MAIN = `import { runService } from '@batchmill/service-host';
import { service } from './service.ts';

await runService(service);
`;

export const servicesThatLookDifferent = (tree: Tree): string[] =>
  membersOf(tree)
    .filter(({ kind }) => kind === 'service')
    .flatMap(({ folder, files }) => {
      const has = (path: string): boolean => tree.has(`${folder}/${path}`);
      const isApi = folder === 'services/api';
      const missing = [
        'README.md',
        'src/main.ts',
        'src/config.ts',
        'src/service.ts',
        ...(isApi ? [] : ['src/events.ts']),
      ]
        .filter((path) => !has(path))
        .map((path) => `${folder} has no ${path}`);
      const work = files.filter(
        ({ path, isTest }) => !isTest && !FRAME.some((name) => path === `${folder}/src/${name}`),
      );
      const readmeLines = (tree.get(`${folder}/README.md`) ?? '').trimEnd().split('\n').length;
      return [
        ...missing,
        ...(isApi && !files.some(({ path }) => path.startsWith(`${folder}/src/routes/`))
          ? [`${folder} has no routes`]
          : []),
        ...(work.length === 0 ? [`${folder} has no file for its work`] : []),
        ...(readmeLines > README_LINES ? [`${folder}/README.md has ${readmeLines} lines`] : []),
        ...(has('src/main.ts') && tree.get(`${folder}/src/main.ts`) !== MAIN
          ? [`${folder}/src/main.ts does more than start`]
          : []),
      ];
    });
