/**
 * A real server of its own: a fresh data folder, a free port, its worker beside it.
 * Starts, stops, kills and restarts it, and knows what it said. Everything it started is gone
 * when it is put away. Never talks HTTP but to see that it answers; read next: api.mjs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quiet } from './catalogs.mjs';
import { program, weights, worker } from './places.mjs';
import { childrenOf, isAlive, programOf, startedWith, untilGone } from './processes.mjs';
import { until } from './until.mjs';

const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)/;
const FIRST_RUN_LINK = /http:\/\/\S+\/setup#\S+/;
const START_MS = 120_000;
const END_MS = 60_000;

// Whoever interrupts the tests leaves no server behind.
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  /** `catalog`: text of a catalog of its own. `env`: more of its environment. */
  static async start({ catalog = quiet, env = {} } = {}) {
    const data = await mkdtemp(join(tmpdir(), 'ampere-e2e-'));
    const own = { ...env, AMPERE_CATALOG: join(data, 'catalog.toml') };
    await writeFile(own.AMPERE_CATALOG, catalog);
    const server = new Server(data, own);
    server.firstStartMs = await server.launch();
    return server;
  }

  constructor(data, env) {
    this.data = data;
    this.env = env;
    this.port = 0;
    this.said = '';
    this.firstRunLink = null;
    this.child = null;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.child.pid;
  }

  get environment() {
    return {
      PATH: process.env.PATH,
      HOME: this.data,
      AMPERE_DATA: this.data,
      AMPERE_LISTEN: `127.0.0.1:${this.port}`,
      AMPERE_LOCAL_MODEL_BIN: worker,
      AMPERE_LOCAL_MODEL_PATH: weights,
      ...this.env,
    };
  }

  /** Starts the process and waits for its own word where it listens; gives the milliseconds. */
  async launch() {
    const begun = performance.now();
    this.said = '';
    this.child = spawn(program, ['serve'], {
      cwd: this.data,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.hear(text));
    }
    const ended = once(this.child, 'exit');
    await until('the server to say where it listens', () => this.listens(), START_MS).catch((error) => {
      throw new Error(`${error.message}\nIt said:\n${this.said}`);
    });
    this.ended = ended;
    return performance.now() - begun;
  }

  /** Again with the same data at the same port. */
  async restart() {
    return this.launch();
  }

  /** What Ctrl-C does. Gives the exit's code and the milliseconds until everything had ended. */
  async interrupt() {
    const begun = performance.now();
    const started = this.family();
    this.child.kill('SIGINT');
    const [code, signal] = await inTime(this.ended, 'the server to end after Ctrl-C');
    await untilGone(started, 'what the server started');
    return { code, signal, milliseconds: performance.now() - begun, started };
  }

  /** kill −9: it gets no word in. */
  async kill() {
    this.child.kill('SIGKILL');
    await inTime(this.ended, 'the killed server to end');
  }

  /** The command line beside it, on the same data. */
  async command(words, input = '') {
    const child = spawn(program, words, { cwd: this.data, env: this.environment });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    }
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [code] = await inTime(once(child, 'close'), `ampere ${words[0]} to end`);
    return { code, said };
  }

  /** The server and every process that it started. */
  family() {
    const children = childrenOf(this.pid);
    return [this.pid, ...children, ...children.flatMap(childrenOf)];
  }

  /** The worker's process, found as a living child that runs the worker's program. */
  workers() {
    return childrenOf(this.pid).filter((pid) => programOf(pid) === worker);
  }

  /** Every line of the worker's own log of its calls. */
  async calls() {
    const text = await readFile(join(this.data, 'logs/local-model.log'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Ends it, takes its data away, and fails if anything it started is left. */
  async putAway() {
    if (isAlive(this.pid)) {
      this.child.kill('SIGINT');
      await inTime(this.ended, 'the server to end').catch(() => this.kill());
    }
    const left = () => startedWith(this.data);
    await until('no process of this server to be left', () => left().length === 0, END_MS).catch(
      (error) => {
        throw new Error(`${error.message} Left: ${left().join(', ')}`);
      },
    );
    if (process.env.AMPERE_E2E_KEEP) await appendFile(join(this.data, 'said.txt'), this.said);
    else await rm(this.data, { recursive: true, force: true });
  }

  hear(text) {
    this.said += text;
    this.firstRunLink ??= FIRST_RUN_LINK.exec(this.said)?.[0] ?? null;
  }

  async listens() {
    if (this.child.exitCode !== null) throw new Error(`It ended with code ${this.child.exitCode}.`);
    const found = ADDRESS.exec(this.said);
    if (!found) return false;
    this.port = Number(found[1]);
    const answer = await fetch(`${this.url}/healthz`).catch(() => null);
    return answer?.ok ?? false;
  }
}

async function inTime(promise, what) {
  let late;
  const timeout = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`Waited in vain for ${what}.`)), END_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(late);
  }
}
