const STATEMENT = /^(?:import|export)\b[^;'"]*?\bfrom\s*'([^']+)'/gm;
const FOR_EFFECT = /^import\s*'([^']+)'/gm;
const AT_RUN_TIME = /\b(?:import|require|import\.meta\.resolve)\(\s*['`]([^'`$]+)/g;
const NEIGHBOUR_FILE = /\bnew URL\(\s*'([^']+\.ts)',\s*import\.meta\.url/g;

/** What a file imports, in any of the ways used here; types count too. `new URL('x.ts', …)` counts as `./x.ts`. */
export const importsOf = (text: string): string[] => {
  const named = [STATEMENT, FOR_EFFECT, AT_RUN_TIME].flatMap((pattern) => matchesOf(pattern, text));
  const neighbours = matchesOf(NEIGHBOUR_FILE, text).map((path) => (path.startsWith('.') ? path : `./${path}`));
  return [...new Set([...named, ...neighbours])];
};

const matchesOf = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1]).filter((found) => found !== undefined);
