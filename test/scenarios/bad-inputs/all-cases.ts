import type { BadInputGroup } from './bad-input.ts';
import { pipelineFileCases } from './pipeline-file-cases.ts';

export const allCases: BadInputGroup[] = [{ heading: 'The pipeline file', cases: pipelineFileCases }];
