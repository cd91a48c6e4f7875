export { addCounts, goesOn, OUTCOMES, outcomeCountsSchema, outcomeSchema, rowsGoingOn, totalRows } from './outcomes.ts';
export type { Outcome, OutcomeCounts } from './outcomes.ts';
export { formatProblem, InputError, PermanentError, problemPlaceSchema, problemSchema } from './errors.ts';
export type { Problem, ProblemPlace } from './errors.ts';
export {
  ATTEMPTS_PER_RUN,
  attemptRefSchema,
  DEFAULT_TENANT,
  formatCustomId,
  idSchema,
  jobIdSchema,
  newJobId,
  parseCustomId,
  partRefSchema,
  rowIdSchema,
  runRefSchema,
  shardRefSchema,
  stageNumber,
  stageNumberSchema,
  submissionRefSchema,
} from './ids.ts';
export type { AttemptRef, CustomIdParts, PartRef, RunRef, ShardRef, SubmissionRef } from './ids.ts';
export { compareRowIds, ordinalOf, RESERVED_FIELDS, rowIdOf } from './rows.ts';
export type { AnswerLine, FailureLine, Fields, Json, RejectedRow, Row } from './rows.ts';
export { blobRefSchema, lineBlobRefSchema } from './blobs.ts';
export type { BlobRef, LineBlobRef } from './blobs.ts';
export {
  compiledPipelineSchema,
  contentPartSchema,
  datasetCardSchema,
  generateSchema,
  generateStageSchema,
  isSimulated,
  joinSchema,
  messageSchema,
  NORMALIZATION_FIELD,
  OUTPUT_FORMATS,
  outputSchema,
  plotSchema,
  SIMULATED_FINGERPRINT,
  SOURCE_FORMATS,
  sourceSchema,
  SPLIT_METHODS,
  splitSchema,
  stageSchema,
  transformStageSchema,
} from './compiled-pipeline.ts';
export type {
  CompiledPipeline,
  ContentPart,
  DatasetCard,
  Generate,
  GenerateStage,
  Join,
  Message,
  Output,
  Plot,
  Source,
  Split,
  Stage,
  TransformStage,
} from './compiled-pipeline.ts';
export { roundSchema, stageName } from './round.ts';
export type { Round } from './round.ts';
export { defineQueue } from './queue-contract.ts';
export type { QueueContract } from './queue-contract.ts';
export {
  batchEnded,
  cancelRequested,
  jobAccepted,
  jobReadyToExport,
  pollDue,
  reconcileDue,
  requestsBuilt,
  resultsStored,
  rowsReady,
  runLive,
  transformReady,
} from './queues/pipeline-queues.ts';
export type { TransformRef } from './queues/pipeline-queues.ts';
export { MAX_RECORD_BYTES, recordBase } from './records/record.ts';
export type { Body } from './records/record.ts';
export {
  byHandSchema,
  controlRecordSchema,
  dataFileSchema,
  deliveredFileSchema,
  deploymentRecordSchema,
  doneRecordSchema,
  FINAL_STATES,
  idempotencyRecordSchema,
  inputPinSchema,
  jobRecordSchema,
  manifestRecordSchema,
  openMarkerSchema,
  outputRecordSchema,
  requestLimitsSchema,
  runFailedRecordSchema,
  runRecordSchema,
  shardsRecordSchema,
  uploadRecordSchema,
} from './records/job-records.ts';
export type {
  ByHand,
  ControlRecord,
  DataFile,
  DeliveredFile,
  DeploymentRecord,
  DoneRecord,
  IdempotencyRecord,
  InputPin,
  JobRecord,
  ManifestRecord,
  OpenMarker,
  OutputRecord,
  RequestLimits,
  RunFailedRecord,
  RunRecord,
  ShardsRecord,
  UploadRecord,
} from './records/job-records.ts';
export {
  bitmapSchema,
  closedRecordSchema,
  fieldTypesSchema,
  keptRowsSchema,
  noUsage,
  outcomesRecordSchema,
  partPlanSchema,
  planRecordSchema,
  quarantinedRecordSchema,
  resultsRecordSchema,
  shardClosedRecordSchema,
} from './records/shard-records.ts';
export type {
  ClosedRecord,
  FieldTypes,
  KeptRows,
  OutcomesRecord,
  PartPlan,
  PlanRecord,
  QuarantinedRecord,
  ResultsRecord,
  ShardClosedRecord,
  Usage,
} from './records/shard-records.ts';
export { addLiveCounts, liveCountsSchema, noLiveCounts } from './records/live-counts.ts';
export type { LiveCounts } from './records/live-counts.ts';
export { addPictureCounts, noPictures, pictureCountsSchema } from './records/picture-counts.ts';
export type { PictureCounts } from './records/picture-counts.ts';
export { answersRecordSchema } from './records/answer-records.ts';
export type { AnswersRecord } from './records/answer-records.ts';
export { chunkRecordSchema } from './records/live-records.ts';
export type { ChunkRecord } from './records/live-records.ts';
export {
  BATCH_END_STATES,
  batchErrorSchema,
  batchRecordSchema,
  cancelSentRecordSchema,
  endedRecordSchema,
  fencedRecordSchema,
  fileRecordSchema,
  intentRecordSchema,
  REFUSAL_KINDS,
  refusedRecordSchema,
  WITHDRAWN_BECAUSE,
} from './records/submission-records.ts';
export type {
  BatchError,
  BatchRecord,
  CancelSentRecord,
  EndedRecord,
  FencedRecord,
  FileRecord,
  IntentRecord,
  Recut,
  RefusalKind,
  RefusedRecord,
  WithdrawnBecause,
} from './records/submission-records.ts';
export { batchReportSchema, reportSchema, stepReportSchema } from './report.ts';
export type { Report, StepReport } from './report.ts';
export {
  apiErrorSchema,
  createJobSchema,
  explanationSchema,
  inputRefSchema,
  isFinalState,
  JOB_STATES,
  openClaimListSchema,
  resolveClaimSchema,
  jobCreatedSchema,
  jobListSchema,
  jobStateSchema,
  jobStatusSchema,
  jobSummarySchema,
  outputFileSchema,
  outputListSchema,
  previewRequestSchema,
  previewSchema,
  rowAttemptSchema,
  rowDetailSchema,
  rowListSchema,
  rowViewSchema,
  shardStorySchema,
  stepStatusSchema,
  uploadSchema,
} from './api/jobs.ts';
export type {
  CreateJob,
  Explanation,
  JobState,
  JobStatus,
  JobSummary,
  OpenClaim,
  OutputFile,
  Preview,
  RowDetail,
  RowView,
  ShardStory,
  Upload,
} from './api/jobs.ts';
export { RAW_SUBMISSION_STATES, rawFileSchema, rawListSchema, rawPartSchema, rawSubmissionSchema } from './api/raw.ts';
export type { RawFile, RawPart, RawSubmission } from './api/raw.ts';
