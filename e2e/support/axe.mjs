/** axe-core on a page as it stands: no violation is let through, each is told so that it can be fixed. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA and what axe holds for good practice; returns how many rules passed. */
export async function axe(page, where) {
  // Evaluated by the debugger, not by the page: its policy stays as it is.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations', 'passes'] }),
  );
  if (violations.length > 0) throw new Error(`axe on ${where}:\n${violations.map(told).join('\n')}`);
  return passes.length;
}

function told({ id, impact, help, nodes }) {
  const places = nodes.map(({ target, failureSummary, html }) => {
    const why = failureSummary.split('\n').slice(1).join('; ').trim();
    return `      ${target.join(' ')}\n        ${html.slice(0, 200)}\n        ${why}`;
  });
  return `  [${impact}] ${id}: ${help}\n${places.join('\n')}`;
}
