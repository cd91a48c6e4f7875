export { blobSink } from './blob-sink.ts';
export type { FileSink } from './blob-sink.ts';
export { closedStages, finalRows, isTakenUpAgain, rowsOfShard, rowsOfShardNow } from './final-rows.ts';
export type { FinalRow, RowNow, RunShards } from './final-rows.ts';
export { mergedFieldTypes } from './output-types.ts';
export { certainPaths } from './output-paths.ts';
export { rejectLine } from './reject-line.ts';
export { writeOutput } from './write-output.ts';
export type { OutputWork, WrittenFile } from './write-output.ts';
