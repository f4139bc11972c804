/**
 * A catalog with a trial so small that a few real answers use it up, and rates so high that
 * each answer is seen on the badge. Never used where the built-in one is what is shown.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './places.mjs';

const built = readFileSync(join(repository, 'crates/app/src/catalog.toml'), 'utf8');

/** The built-in catalog with another trial, and local rates `times` as high. */
export function smallTrial(credits, times = 10) {
  return replaced(built, [
    [/(\[trial\]\ncredits = )"[^"]+"/, `$1"${credits}"`],
    [/(\[local_rates\]\ninput = )"0.5"/, `$1"${times / 2}"`],
    [/(\[local_rates\]\ninput = "[^"]+"\noutput = )"2"/, `$1"${times * 2}"`],
  ]);
}

function replaced(text, changes) {
  return changes.reduce((now, [pattern, to]) => {
    const next = now.replace(pattern, to);
    if (next === now) throw new Error(`the built-in catalog has no ${pattern}`);
    return next;
  }, text);
}
