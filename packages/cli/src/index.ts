export { storyLines } from './job/story-lines.ts';
export { main } from './program.ts';
export type { Io } from './terminal/io.ts';
export { processIo } from './terminal/process-io.ts';
