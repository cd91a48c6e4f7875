import { main } from './program.ts';
import { processIo } from './terminal/process-io.ts';

process.exitCode = await main(process.argv.slice(2), processIo());
// Everything is closed by now; should a socket linger all the same, nobody has to wait for it.
setTimeout(() => process.exit(), 2_000).unref();
