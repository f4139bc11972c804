/**
 * A model in this process, in the OpenAI chat shape, that does what the journey says when it says
 * so: each request waits until the journey answers it with a call or a text. It keeps what it was
 * told. Start the server with `env: agent.env`. Read next: q-browser-watch.test.mjs.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from './until.mjs';

const KEY = 'sk-agent';
const USAGE = { prompt_tokens: 1_000, completion_tokens: 50 };

export class Agent {
  /** `tools: false`: it refuses to be told of tools, as servers do whose model knows none. */
  static async start({ tools = true } = {}) {
    const agent = new Agent(tools);
    agent.server.listen(0, '127.0.0.1');
    await once(agent.server, 'listening');
    return agent;
  }

  constructor(tools) {
    this.tools = tools;
    this.waiting = [];
    this.told = [];
    this.answered = 0;
    /** Requests that were given up before they were answered. */
    this.dropped = 0;
    this.server = createServer((request, response) => {
      this.take(request, response).catch(() => response.destroy());
    });
  }

  get env() {
    return {
      AMPERE_MODEL_URL: `http://127.0.0.1:${this.server.address().port}/v1`,
      AMPERE_MODEL_KEY: KEY,
      AMPERE_MODEL_NAME: 'steady-1',
      AMPERE_MODEL_TITLE: 'Steady One',
    };
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async take(request, response) {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const asked = { ...JSON.parse(body), response };
    if (asked.tools && !this.tools) {
      const error = { message: 'small:1b does not support tools' };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    this.told.push(asked);
    this.waiting.push(asked);
    response.on('close', () => {
      if (!this.waiting.includes(asked)) return;
      this.waiting.splice(this.waiting.indexOf(asked), 1);
      this.dropped += 1;
    });
  }

  /** Waits until the model is asked something; gives the request. */
  async asked() {
    return until('the model to be asked', () => this.waiting[0] ?? null);
  }

  /** Where several wait: the one that was told this text is answered next. */
  async turnsTo(text) {
    const told = ({ messages }) => messages.some(({ content }) => content?.includes(text));
    const found = await until(`a request with “${text}”`, () => this.waiting.find(told) ?? null);
    this.waiting = [found, ...this.waiting.filter((one) => one !== found)];
  }

  /** The page as the model was told of it in the request that waits. */
  async page() {
    const { messages } = await this.asked();
    return messages.findLast(({ role }) => role === 'tool')?.content ?? '';
  }

  /** All that the request that waits was told, as one text. */
  async knows() {
    const { messages } = await this.asked();
    return messages.map(({ content }) => content ?? '').join('\n');
  }

  /** Answers the request that waits by a call; as a line of text where tools are refused. */
  async calls(name, given) {
    if (!this.tools) return this.says(JSON.stringify({ tool: name, arguments: given }));
    const id = `call_${this.answered + 1}`;
    const call = { index: 0, id, type: 'function', function: { name, arguments: JSON.stringify(given) } };
    return this.answer({ role: 'assistant', tool_calls: [call] }, 'tool_calls');
  }

  /** Answers the request that waits by a text. */
  async says(content) {
    return this.answer({ role: 'assistant', content }, 'stop');
  }

  async answer(delta, reason) {
    const { response } = await this.asked();
    this.waiting.shift();
    this.answered += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk([{ index: 0, delta, finish_reason: null }]));
    response.write(chunk([{ index: 0, delta: {}, finish_reason: reason }]));
    response.write(chunk([], USAGE));
    response.end('data: [DONE]\n\n');
  }

  /** Clicks what has this name on the page. */
  async clicks(name, reason) {
    await this.calls('click', { mark: markOf(await this.page(), name), reason });
  }
}

/** The mark of what is called so on a page, as the model was told of it. */
function markOf(page, name) {
  const found = page.split('\n').find((line) => line.includes(`“${name}”`) && line.startsWith('['));
  const mark = /^\[(\d+)\]/.exec(found ?? '')?.[1];
  if (mark === undefined) throw new Error(`Nothing is called “${name}” on the page:\n${page}`);
  return Number(mark);
}

const chunk = (choices, usage) =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices, ...(usage ? { usage } : {}) })}\n\n`;
