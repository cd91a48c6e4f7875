/** Files whose tests may be skipped in CI, each with what a machine may rightly lack. Elsewhere any test may be. */
const SKIPS_ALLOWED_IN_CI: Record<string, string> = {
  'test/integration/object-store.real-s3.test.ts': 'builds its S3 server with Go, which not every machine has',
  'test/scenarios/bad-inputs.test.ts': 'mounts full and read-only disks, which needs root',
};

export const leaveMissingFor = ({ file }: { file: string }): boolean => !Object.hasOwn(SKIPS_ALLOWED_IN_CI, file);
