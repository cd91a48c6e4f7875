import type { CompiledPipeline, JobSummary } from '@batchmill/contracts';

/** The file of a job that does nothing but send the lines of a request file as they stand. */
export const requestFileOf = ({ source, stages }: CompiledPipeline): Pick<JobSummary, 'requestFile'> => {
  const [only, ...others] = stages;
  const [path, ...paths] = source.paths;
  const isOne = others.length === 0 && paths.length === 0 && path !== undefined;
  return isOne && only?.kind === 'generate' && only.generate.body !== undefined ? { requestFile: path } : {};
};
