/**
 * A screen as it looks: settled, photographed, and never wider than its window.
 * Never judges what is on it; read next: axe.mjs.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { screenshots } from './places.mjs';

/** Waits until nothing loads, moves or is only a skeleton. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const skeletons = document.querySelectorAll('.mantine-Skeleton-root, [data-loading="true"]');
    const moving = document.getAnimations().some(({ playState }) => playState === 'running');
    const heading = document.querySelector('h1');
    return heading?.textContent !== '' && skeletons.length === 0 && !moving;
  });
  await page.evaluate(() => document.fonts.ready.then(() => null));
}

/** Another colour scheme of the system, and the page painted in it. */
export async function paint(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
    scheme,
  );
}

/** Another size of window, and the page laid out for it. */
export async function resize(page, size) {
  await page.setViewportSize(size);
  await page.waitForFunction((width) => window.innerWidth === width, size.width);
  await painted(page);
}

/** What has changed until now is laid out and on the screen. */
export async function painted(page) {
  await page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done(null)));
  }));
}

/** `whole`: with what is below the window's edge too. */
export async function photograph(page, name, { whole = true } = {}) {
  await mkdir(screenshots, { recursive: true });
  const path = join(screenshots, `${name}.png`);
  await page.screenshot({ path, fullPage: whole, animations: 'disabled' });
}

/** Fails with the elements that stick out. */
export async function fitsSideways(page, where) {
  const { wide, room, out } = await page.evaluate(() => {
    const sticking = [...document.body.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > window.innerWidth + 0.5,
    );
    return {
      wide: document.scrollingElement.scrollWidth,
      room: window.innerWidth,
      out: sticking.slice(0, 5).map((one) => one.outerHTML.slice(0, 160)),
    };
  });
  assert.ok(wide <= room, `${where} is ${wide} px wide in a window of ${room}:\n${out.join('\n')}`);
}
