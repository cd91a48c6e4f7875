import { parseArgs } from 'node:util';
import { startS3Server } from './start-s3-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    dir: { type: 'string' },
    bucket: { type: 'string', multiple: true, default: [] },
    'access-key-id': { type: 'string' },
    'secret-access-key': { type: 'string' },
  },
});

const server = await startS3Server({
  port: Number(values.port),
  ...(values.dir === undefined ? {} : { dir: values.dir }),
  ...(values['access-key-id'] === undefined ? {} : { accessKeyId: values['access-key-id'] }),
  ...(values['secret-access-key'] === undefined ? {} : { secretAccessKey: values['secret-access-key'] }),
});
for (const name of values.bucket) server.bucket(name);
// One line of JSON, so that who started this process can read where it listens.
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
