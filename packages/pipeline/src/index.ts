export { parseAssignment } from './read/assignment.ts';
export type { Assignment } from './read/assignment.ts';
export type { FileReference, TemplateText } from './definition/before-variables.ts';
export { definePipeline } from './definition/definition.ts';
export type { PipelineDefinition } from './definition/definition.ts';
export { checkFieldName } from './check/check-made-fields.ts';
export { asTemplate, fieldReference } from './compile/as-template.ts';
export { QA_TEXTS } from './compile/compile-qa.ts';
export { fieldsNeeded } from './compile/fields-needed.ts';
export type { FieldsNeeded, SourceFieldNeeded } from './compile/fields-needed.ts';
export { filesOfSource } from './compile/files-of-source.ts';
export { outputFields } from './compile/output-fields.ts';
export type { OutputFieldNeeded, OutputFields } from './compile/output-fields.ts';
export { outputsReady } from './compile/outputs-ready.ts';
export { describe } from './problems/finding.ts';
export type { Finding } from './problems/finding.ts';
export { didYouMean, nearest } from './problems/nearest.ts';
export { fileReferences } from './read/file-references.ts';
export { applySet } from './read/apply-set.ts';
export { readPipeline } from './read-pipeline.ts';
export type { PipelineInput } from './read-pipeline.ts';
export { readYaml } from './read-yaml.ts';
export type { YamlFile } from './read-yaml.ts';
export type { Path } from './values/path.ts';
export { writePipeline } from './write/write-pipeline.ts';
export type { PipelineComment } from './write/write-pipeline.ts';
export { deriveOptionsSchema, expandOptionsSchema } from './definition/step-definition.ts';
export type { DeriveOptions, ExpandOptions } from './definition/step-definition.ts';
export { NORMALIZATION_FIELD } from '@batchmill/contracts';
export {
  CONSTANT_SERIES,
  INFINITE_VALUES,
  MISSING_VALUES,
  NORMALIZE_METHODS,
  normalizedFields,
  normalizeOptionsSchema,
} from './definition/normalize-options.ts';
export type { Normalization, NormalizeOptions } from './definition/normalize-options.ts';
