/**
 * The browser and the people who use it. Each person has a window of their own (no shared
 * cookies), and every window is watched: what the page says on its console, what its policy
 * forbids, what it asks of other hosts. Never acts for a person; read next: people.mjs.
 */
import { chromium } from 'playwright-core';
import { api } from './api.mjs';
import { chromium as executablePath } from './places.mjs';

/** Generous: two busy cores run the server, the model and this browser. */
export const PATIENCE_MS = 60_000;
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function openBrowser() {
  return chromium.launch({
    executablePath,
    // Chromium refuses its sandbox to root.
    chromiumSandbox: process.getuid() !== 0,
    args: ['--disable-dev-shm-usage', '--disable-gpu'],
  });
}

export class Person {
  /** `address`: origin of the server. */
  static async enter(browser, address, { scheme = 'light', viewport = DESKTOP } = {}) {
    const context = await browser.newContext({
      baseURL: address,
      colorScheme: scheme,
      viewport,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    context.setDefaultNavigationTimeout(PATIENCE_MS);
    const person = new Person(context, address);
    await context.addInitScript(tellViolations);
    person.page = await person.openTab();
    return person;
  }

  constructor(context, address) {
    this.context = context;
    this.address = address;
    this.api = api(context);
    this.complaints = [];
    this.elsewhere = [];
    // Whoever is not logged in yet asks who they are.
    this.allowed = [/status of 401 .*\/auth\/me/];
    this.seen = 0;
  }

  async openTab(path = null) {
    const page = await this.context.newPage();
    this.watch(page);
    if (path !== null) await page.goto(path);
    return page;
  }

  /** What this journey brings about on purpose: failures of requests that match are no complaint. */
  expect(pattern) {
    this.allowed.push(pattern);
  }

  watch(page) {
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      this.complain(`${page.url()}: ${message.text()} ${url}`);
    });
    page.on('pageerror', (error) => this.complain(`${page.url()}: ${error.stack ?? error}`));
    page.on('request', (request) => {
      this.seen += 1;
      const url = new URL(request.url());
      const own = url.origin === this.address || url.protocol === 'data:' || url.protocol === 'blob:';
      if (!own) this.elsewhere.push(request.url());
    });
  }

  complain(text) {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  async leave() {
    await this.context.close();
  }
}

// A forbidden style or request is otherwise only a line that nobody reads.
function tellViolations() {
  document.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
    console.error(`policy: ${effectiveDirective} ${blockedURI} (${sourceFile}:${lineNumber})`);
  });
}
