/**
 * A tiny model provider in this process: it checks the key, answers in pieces, calls tools, and
 * reports usage. It speaks the OpenAI chat shape and Anthropic's Messages API on the same port and
 * keeps the requests it got. What it answers: the first rule that fits the last message (`when`),
 * else what the newest text orders if it is `obedient`, else `answer`.
 * Read next: wires.mjs (what is spoken), g-operators-models.test.mjs.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { wires } from './wires.mjs';

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
    this.obedient = false;
    this.rules = [];
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

  /**
   * Whenever the last message holds this text: `reply` is `{ text, calls: [{ name, arguments }] }`,
   * or a function of the request's messages that gives one.
   */
  when(text, reply) {
    this.rules.push({ text, reply });
  }

  async take(request, response) {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    this.requests.push({ method: request.method, url: request.url, body });
    const wire = wires[request.url];
    if (!wire) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{}}');
      return;
    }
    if (wire.key(request.headers) !== this.key) {
      const error = { message: 'Incorrect API key provided.', type: 'invalid_request_error' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    const asked = JSON.parse(body);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of wire.events(this.reply(wire.messages(asked), asked), this.usage)) {
      response.write(event);
      await nextTurn();
    }
    response.end();
  }

  reply(messages, { tools = [] }) {
    const last = messages.at(-1)?.text ?? '';
    const rule = this.rules.find(({ text }) => last.includes(text));
    if (rule) return typeof rule.reply === 'function' ? rule.reply(messages) : rule.reply;
    const order = this.obedient ? firstOrder(messages) : undefined;
    if (!order) return { text: this.answer };
    if (tools.length > 0) return { calls: [order] };
    return { text: JSON.stringify({ tool: order.name, arguments: order.arguments }) };
  }
}

/** The newest line `DO: <tool> <JSON object>` of people and tools that was not obeyed yet. */
function firstOrder(messages) {
  const told = messages.filter(({ role }) => role === 'user' || role === 'tool').reverse();
  const orders = told.flatMap(({ text }) =>
    [...text.matchAll(/DO: ([\w-]+) (\{.*?\})(?=\s|$)/gm)].flatMap(([, name, json]) => {
      try {
        return [{ name, arguments: JSON.parse(json) }];
      } catch {
        return [];
      }
    }),
  );
  const obeyed = messages.flatMap(({ role, text, calls = [] }) =>
    role === 'assistant' ? [...calls, ...written(text)] : [],
  );
  return orders.find((order) => !obeyed.some((done) => same(done, order)));
}

const same = (one, two) => one.name === two.name && JSON.stringify(one.arguments) === JSON.stringify(two.arguments);

/** Calls that a model without tools wrote as lines of text. */
function written(text) {
  return text.split('\n').flatMap((line) => {
    try {
      const { tool, arguments: given } = JSON.parse(line);
      return tool ? [{ name: tool, arguments: given }] : [];
    } catch {
      return [];
    }
  });
}
