import type { Tree } from './tree.ts';
import type { Manifest } from './workspace.ts';

/** An invented repository, to see that a rule finds who breaks it. Each folder with a file gets a manifest that keeps all rules. */
export const treeOf = (files: Record<string, string>, manifest: Manifest = {}): Tree => {
  const folders = new Set(
    Object.keys(files).map((path) => /^(packages|services|recipes)\/[^/]+|^test/.exec(path)?.[0]),
  );
  const manifests = [...folders]
    .filter((folder) => folder !== undefined)
    .map((folder) => [`${folder}/package.json`, JSON.stringify({ ...manifestOf(folder), ...manifest })] as const);
  return new Map([...manifests, ...Object.entries(files)]);
};

const manifestOf = (folder: string): Manifest => {
  const name = folder.replace('packages/', '').replace('services/', 'service-').replace('recipes/', 'recipe-');
  return { name: `@batchmill/${name}`, private: true, license: 'MIT', type: 'module' };
};
