/**
 * A tiny server that speaks the OpenAI chat shape, in this process: it checks the key, streams
 * the answer it was given in pieces, and reports usage in a chunk without choices. It keeps the
 * requests it got. Read next: g-operators-models.test.mjs.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

export class Provider {
  static async start({ key }) {
    const provider = new Provider(key);
    provider.server.listen(0, '127.0.0.1');
    await once(provider.server, 'listening');
    return provider;
  }

  constructor(key) {
    this.key = key;
    this.answer = 'ready';
    this.usage = { prompt_tokens: 11, completion_tokens: 3 };
    this.requests = [];
    this.server = createServer((request, response) => {
      this.take(request, response).catch(() => response.destroy());
    });
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async take(request, response) {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    this.requests.push({ method: request.method, url: request.url, body });
    if (request.headers.authorization !== `Bearer ${this.key}`) {
      const error = { message: 'Incorrect API key provided.', type: 'invalid_request_error' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of this.answer.match(/[\s\S]{1,24}/g)) {
      response.write(chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }));
      await nextTurn();
    }
    response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
    response.write(chunk({ choices: [], usage: this.usage }));
    response.end('data: [DONE]\n\n');
  }
}

const chunk = (data) => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...data })}\n\n`;
