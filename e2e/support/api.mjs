/**
 * The JSON API as the person in a window has it: with that window's cookie.
 * Never acts in place of the page where the page itself is what is being shown.
 */
import { randomUUID } from 'node:crypto';

export const API = '/api/v1';

export function api(context) {
  const ask = async (method, path, data) => {
    const headers = method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    const url = path.startsWith('/operator') ? path : `${API}${path}`;
    const answer = await context.request.fetch(url, { method, data, headers, failOnStatusCode: false });
    const text = await answer.text();
    const json = answer.headers()['content-type']?.includes('json') ?? false;
    return { status: answer.status(), headers: answer.headers(), body: json ? JSON.parse(text) : text };
  };
  return {
    ask,
    /** The body of a GET that must succeed. */
    async get(path) {
      const { status, body } = await ask('GET', path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async post(path, data = {}) {
      const { status, body } = await ask('POST', path, data);
      if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
  };
}
