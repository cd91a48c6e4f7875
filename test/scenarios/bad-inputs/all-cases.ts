import type { BadInputGroup } from './bad-input.ts';
import { commandCases } from './command-cases.ts';
import { machineCases, providerCases } from './environment-cases.ts';
import { choiceCases, joinCases } from './join-and-choice-cases.ts';
import { pictureCases } from './picture-cases.ts';
import { pipelineFileCases } from './pipeline-file-cases.ts';
import { csvCases, otherFormatCases } from './table-data-cases.ts';

export const allCases: BadInputGroup[] = [
  { heading: 'The command', cases: commandCases },
  { heading: 'The pipeline file', cases: pipelineFileCases },
  { heading: 'CSV and text', cases: csvCases },
  { heading: 'JSON, JSONL, Parquet, M4', cases: otherFormatCases },
  { heading: 'Joined files', cases: joinCases },
  { heading: 'Choice of rows, normalization, splits', cases: choiceCases },
  { heading: 'Pictures', cases: pictureCases },
  { heading: 'The provider', cases: providerCases },
  { heading: 'Redis, disks, folders', cases: machineCases },
];
