/**
 * Looking at a screen as everybody has it: axe in light and dark, no sideways scrolling from
 * 320 px to wide, photographed. Faults are kept in `told.faults`; whoever looks tells them at the
 * end. Read next: screens.mjs, f-every-screen.test.mjs.
 */
import { axe } from './axe.mjs';
import { DESKTOP, PHONE } from './browser.mjs';
import { fitsSideways, paint, photograph, resize, settled } from './screens.mjs';

const NARROW = { width: 320, height: 720 };
const WIDE = { width: 1920, height: 1080 };

/**
 * axe in both schemes at a desk and on a phone, the width from 320 px to wide. With `photos` also
 * four photographs; `whole` ones show what is below the window's edge too.
 */
export async function look(told, name, { page = told.page, photos = true, whole = true } = {}) {
  const sizes = [['1280', DESKTOP, ['light', 'dark']], ['390', PHONE, ['dark', 'light']]];
  for (const [width, size, schemes] of sizes) {
    await resize(page, size);
    for (const scheme of schemes) {
      await paint(page, scheme);
      await settled(page);
      const judged = size === DESKTOP || (photos && scheme === 'dark');
      if (judged) await seen(told, () => axe(page, `${name} (${scheme}, ${width} px)`));
      if (!photos) continue;
      // What sticks to the window's edge would else stand in the middle of a whole screen.
      if (whole) await page.evaluate(() => window.scrollTo(0, 0));
      await photograph(page, `${name}-${scheme}-${width}`, { whole });
    }
    await seen(told, () => fitsSideways(page, `${name} at ${width} px`));
  }
  for (const size of [NARROW, WIDE]) {
    await resize(page, size);
    await seen(told, () => fitsSideways(page, `${name} at ${size.width} px`));
  }
  await resize(page, DESKTOP);
  told.screens += 1;
}

/** Faults are told together at the end, so that one run shows all of them. */
export async function seen(told, judge) {
  try {
    told.rules += (await judge()) ?? 0;
  } catch (error) {
    told.faults.push(error.message);
  }
}

export async function open(page, path, heading) {
  await page.goto(path);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}
