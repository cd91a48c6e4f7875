/** A refusal in the provider's form: `{"error": {message, type, param, code}}`. */
export type ApiProblem = { status: number; message: string; type: string; param: string | null; code: string | null };

export const apiProblem = (
  behaviour: { status: number; code: string | null },
  message: string,
  param: string | null = null,
): ApiProblem => ({
  status: behaviour.status,
  message,
  type: problemType(behaviour.status, behaviour.code),
  param,
  code: behaviour.code,
});

export const problemType = (status: number, code: string | null): string => {
  if (status === 429) return code === 'insufficient_quota' ? 'insufficient_quota' : 'requests';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

export const problemBody = ({ message, type, param, code }: ApiProblem): { error: Omit<ApiProblem, 'status'> } => ({
  error: { message, type, param, code },
});

export class ApiError extends Error {
  readonly problem: ApiProblem;
  readonly headers: Record<string, string>;
  constructor(problem: ApiProblem, headers: Record<string, string> = {}) {
    super(problem.message);
    this.name = 'ApiError';
    this.problem = problem;
    this.headers = headers;
  }
}
