/** What a chat server has seen. Times in ms of its own clock. */
export type ChatFigures = {
  requests: number;
  /** Let in: within the rate and outside of every window. */
  admitted: number;
  /** Whole answers with status 200, and those to a row that had one before. */
  answered: number;
  answeredAgain: number;
  /** Refusals because of the rate; all others were put in. */
  overRate: number;
  mostUnderWay: number;
  /** Requests that came while a Retry-After asked for peace, later than whoever had just sent them could know. */
  insideWindows: number;
  windows: number;
  /** Requests that the server would have let in up to the last one; not what a refusal that was put in has cost. */
  offered: number;
  firstAtMs: number;
  lastAtMs: number;
};
