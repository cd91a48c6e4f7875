export { firstTry, roomForAll, testFlow } from './test-flow.ts';
export type { TestFlow, TestReservations } from './test-flow.ts';
