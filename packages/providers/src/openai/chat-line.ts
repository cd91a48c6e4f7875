import { scrubText } from '../scrub.ts';

/* Lines as a batch's output and error files have them, so that whoever reads those reads these. */

/** `body` is what the provider sent, as JSON text. */
export const answerLine = (customId: string, requestId: string | null, bodyJson: string): string =>
  `${head(customId)}"response":{"status_code":200,"request_id":${JSON.stringify(requestId)},"body":${bodyJson}},"error":null}`;

/** An answer that is no success. */
export const statusLine = (customId: string, status: number, body: unknown, apiKey: string): string =>
  scrubText(
    `${head(customId)}"response":{"status_code":${status},"request_id":null,"body":${JSON.stringify(body)}},"error":null}`,
    apiKey,
  );

/** No whole answer came back. */
export const errorLine = (customId: string, code: string, message: string): string =>
  `${head(customId)}"response":null,"error":${JSON.stringify({ code, message })}}`;

const head = (customId: string): string => `{"id":"live","custom_id":${JSON.stringify(customId)},`;
