import { compiledPipelineSchema, InputError } from '@batchmill/contracts';
import type { CompiledPipeline, Json } from '@batchmill/contracts';
import { checkMadeFields } from './check/check-made-fields.ts';
import { checkOutputs } from './check/check-outputs.ts';
import { checkSecrets } from './check/check-secrets.ts';
import { checkShape } from './check/check-shape.ts';
import { checkSource } from './check/check-source.ts';
import { checkSteps } from './check/check-steps.ts';
import { checkTexts } from './check/check-texts.ts';
import { compilePipeline } from './compile/compile-pipeline.ts';
import { describe } from './problems/finding.ts';
import type { Finding } from './problems/finding.ts';
import { isMap } from './values/json-values.ts';
import { leaveOutNothing } from './read/leave-out-nothing.ts';
import { prepare } from './read/prepare.ts';
import { NEW_PIPELINE } from './read/yaml-findings.ts';
import { putInFiles } from './read/put-in-files.ts';
import { toProblems } from './problems/to-problems.ts';

export type PipelineInput = {
  /** YAML or JSON text, or the same as an object. */
  source: string | object;
  /** Name of the file, for messages. */
  file?: string | undefined;
  /** Values for `vars`, by name. */
  variables?: Record<string, Json> | undefined;
  /** Values laid over any place of the pipeline, by path: `steps[0].generate.model`. */
  set?: Record<string, Json> | undefined;
  /** Contents of the files that `fileReferences` names, by path as written. */
  files?: Record<string, Json> | undefined;
};

/**
 * The pipeline with variables and files put in, defaults filled and stages numbered. Throws `InputError` with every
 * mistake at once, each with its place.
 */
export const readPipeline = (input: PipelineInput): CompiledPipeline => {
  const prepared = prepare(input.source, input);
  const refuse = (findings: Finding[]): never => {
    throw new InputError(toProblems(findings, prepared, input.file));
  };
  if (prepared.value === undefined) return refuse(prepared.findings);
  if (!isMap(prepared.value)) {
    const found = describe(prepared.value);
    const expected = 'a map with name, source, key, steps, output';
    // What else was found follows from this.
    return refuse([
      { code: 'no-pipeline', message: 'this is no pipeline', path: [], found, expected, remedy: NEW_PIPELINE },
    ]);
  }
  const { value, findings } = putInFiles(leaveOutNothing(prepared.value, prepared), input.files ?? {});
  const { definition, findings: misfits } = checkShape(value);
  const found = [...prepared.findings, ...findings, ...misfits, ...checks.flatMap((check) => check(value))];
  if (found.length > 0 || definition === undefined) return refuse(found);
  return compiledPipelineSchema.parse(compilePipeline(definition));
};

const checks = [checkSecrets, checkTexts, checkMadeFields, checkSource, checkSteps, checkOutputs];
