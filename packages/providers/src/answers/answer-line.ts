/**
 * A text as the line in which a provider would have answered with it, for endpoints that answer with text; null for others.
 * What it used is not known.
 */
export const answerLine = (customId: string, text: string, endpoint: string): object | null => {
  const body = bodyOf(text, endpoint);
  return body === null ? null : { custom_id: customId, response: { status_code: 200, body }, error: null };
};

const bodyOf = (text: string, endpoint: string): object | null => {
  if (endpoint.endsWith('/chat/completions')) {
    return { choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] };
  }
  if (endpoint.endsWith('/responses')) {
    const content = [{ type: 'output_text', text }];
    return { status: 'completed', output: [{ type: 'message', role: 'assistant', content }] };
  }
  return endpoint.endsWith('/completions') ? { choices: [{ index: 0, text, finish_reason: 'stop' }] } : null;
};
