import type { Problem, ProblemPlace } from '@batchmill/contracts';
import { withoutSecrets } from '../check/check-secrets.ts';
import type { Finding } from './finding.ts';
import { formatPath, isWithin } from '../values/path.ts';
import type { Path } from '../values/path.ts';
import type { Prepared } from '../read/prepare.ts';

/** Findings as problems with their places, in order of place, without those that follow from another. */
export const toProblems = (findings: readonly Finding[], prepared: Prepared, file: string | undefined): Problem[] => {
  const problems = withoutConsequences(findings).map((finding) => toProblem(finding, prepared, file));
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort((a, b) => lineOf(a) - lineOf(b) || (a.place?.column ?? 0) - (b.place?.column ?? 0));
};

const lineOf = ({ place }: Problem): number => place?.line ?? Number.MAX_SAFE_INTEGER;

/**
 * Drops what is lacking only because its key is mistyped, what else is said about a text that is a secret, and the kind of
 * a value that a template could not give.
 */
const withoutConsequences = (findings: readonly Finding[]): Finding[] => {
  const meant = new Set(findings.flatMap(({ meant: path }) => (path === undefined ? [] : [formatPath(path)])));
  const secrets = placesOf(findings, ['secret']);
  const templates = placesOf(findings, ['bad-template', 'unknown-variable']);
  return findings.filter(({ code, path, lacks = [] }) => {
    if (lacks.some((lack) => meant.has(formatPath(lack)))) return false;
    if (path === undefined) return true;
    const place = formatPath(path);
    return (code === 'secret' || !secrets.has(place)) && (code !== 'wrong-value' || !templates.has(place));
  });
};

const placesOf = (findings: readonly Finding[], codes: string[]): Set<string> =>
  new Set(findings.flatMap(({ code, path }) => (codes.includes(code) && path !== undefined ? [formatPath(path)] : [])));

const toProblem = (finding: Finding, prepared: Prepared, file: string | undefined): Problem => {
  const { code, message, expected, remedy, path, line } = finding;
  const found = foundWith(finding, prepared);
  const texts = { message, found, expected, remedy };
  // An override that leads nowhere names itself; no place of the file is at fault.
  const place = path === undefined && line === undefined ? undefined : placeOf(finding, prepared, file);
  return {
    code,
    ...(Object.fromEntries(
      Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, withoutSecrets(text)]])),
    ) as Pick<Problem, 'message'>),
    ...(place === undefined
      ? {}
      : {
          place: path === undefined || path.length === 0 ? place : { ...place, path: withoutSecrets(formatPath(path)) },
        }),
  };
};

const foundWith = ({ found, path = [] }: Finding, { madeFrom }: Prepared): string | undefined => {
  const template = madeFrom.get(formatPath(path));
  return found === undefined || template === undefined ? found : `${found} from ${JSON.stringify(template)}`;
};

const placeOf = (finding: Finding, prepared: Prepared, file: string | undefined): ProblemPlace => {
  const { path, part = 'value', within, line, column } = finding;
  const override = path === undefined ? undefined : overrideOf(path, prepared);
  if (override !== undefined) return { file: override };
  const known = line === undefined || column === undefined ? undefined : { line, column };
  const position = known ?? (path === undefined ? undefined : prepared.document.locate(path, part, within));
  return { ...(file === undefined ? {} : { file }), ...position };
};

/** `--set` or `--var` where that has put the value in: then no line of the file is at fault. */
const overrideOf = (path: Path, { changed }: Prepared): string | undefined =>
  changed.findLast((change) => isWithin(path, change.path))?.by;
