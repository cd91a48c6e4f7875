import { expect, it } from 'vitest';
import { answerError } from './to-provider-error.ts';

const messageOf = (status: number, text: string): string =>
  answerError({ status, headers: {}, text }, 'sk-key').message;

it('tells of a page for people only its title', () => {
  const page = '<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>\n';
  expect(messageOf(502, page)).toBe(
    'The provider answered with status 502: Bad Gateway (a web page, not an answer of the API)',
  );
  expect(messageOf(503, '<!DOCTYPE html><body><h1>Down\n for  now</h1></body>')).toContain(
    '503: Down for now (a web page',
  );
});

it('says the status once, and leaves the end of the sentence to others', () => {
  const body = JSON.stringify({ error: { message: '401 Incorrect API key provided.', code: 'invalid_api_key' } });
  expect(messageOf(401, body)).toBe('The provider answered with status 401: Incorrect API key provided');
});
