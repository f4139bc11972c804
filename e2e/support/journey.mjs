/**
 * A journey: one story told in steps by Node's own test runner, with its server, its people and
 * what it saw. A failed step ends the story; its windows are photographed and the server's last
 * words are told. At its end nothing it started is left, and no window has complained.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser, Person } from './browser.mjs';
import { missingParts } from './places.mjs';
import { photograph } from './screens.mjs';
import { Server } from './server.mjs';

// Only for a story that hangs: a slow machine takes three times as long as ours, or more.
const LONGEST_MS = 45 * 60_000;
const LAST_WORDS = 3_000;

export function journey(title, tell) {
  test(title, { timeout: LONGEST_MS }, async (t) => {
    assert.deepEqual(missingParts(), [], 'parts of the product are not built');
    const story = new Story(t);
    try {
      await tell(story);
      await story.step('No window has complained', () => story.noComplaints());
    } catch (error) {
      await story.witness();
      throw error;
    } finally {
      await story.end();
    }
  });
}

class Story {
  constructor(t) {
    this.t = t;
    this.browser = null;
    this.servers = [];
    this.people = [];
    this.ends = [];
  }

  /** One step, shown with its time. */
  async step(title, act) {
    let failure = null;
    await this.t.test(title, async () => {
      try {
        await act();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    // Why is told with the step itself.
    if (failure) throw new Error(`The story ended at “${title}”.`);
  }

  /** Something that was found to be so, for whoever reads the log. */
  saw(text) {
    process.stdout.write(`    · ${text}\n`);
  }

  async server(options) {
    const server = await Server.start(options);
    this.servers.push(server);
    return server;
  }

  async person(server, options) {
    this.browser ??= await openBrowser();
    const person = await Person.enter(this.browser, server.url, options);
    this.people.push(person);
    return person;
  }

  /** To be done at the end, whatever happens. */
  finally(act) {
    this.ends.push(act);
  }

  noComplaints() {
    assert.deepEqual(this.people.flatMap(({ complaints }) => complaints), []);
    assert.deepEqual(this.people.flatMap(({ elsewhere }) => elsewhere), []);
    const requests = this.people.reduce((sum, { seen }) => sum + seen, 0);
    this.saw(`${requests} requests, all to the server itself; console and policy silent`);
  }

  async witness() {
    const pages = this.people.flatMap(({ context }) => context.pages());
    for (const [index, page] of pages.entries()) {
      const name = `failed-${this.t.name.replace(/\W+/g, '-')}-${index + 1}`;
      await photograph(page, name).catch(() => {});
      this.saw(`window ${index + 1} at ${page.url()}: see screenshots/${name}.png`);
    }
    for (const { complaints } of this.people) complaints.forEach((one) => this.saw(one));
    for (const { said } of this.servers) this.saw(`server: ${said.slice(-LAST_WORDS)}`);
  }

  async end() {
    const failures = [];
    const close = this.browser ? [() => this.browser.close()] : [];
    const putAway = this.servers.map((server) => () => server.putAway());
    for (const act of [...this.ends, ...close, ...putAway]) {
      await Promise.resolve().then(act).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }
}
