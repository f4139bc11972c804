/**
 * Catalogs for journeys: a trial so small that a few real answers use it up, rates so high that
 * each answer is seen on the badge, and no background work, whose runs would come in between
 * where a journey counts. Journey n has the built-in one as it is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './places.mjs';

export const built = readFileSync(join(repository, 'crates/app/src/catalog.toml'), 'utf8');

/** The built-in catalog without background work. */
export const quiet = changed(built, ['titles', 'summaries', 'follow_ups'].map((piece) =>
  [new RegExp(`(\\[background\\][^[]*\\n${piece} = )true`), '$1false']));

/** The same with another trial, and local rates `times` as high. */
export function smallTrial(credits, times = 10, catalog = quiet) {
  return changed(catalog, [
    [/(\[trial\]\ncredits = )"[^"]+"/, `$1"${credits}"`],
    [/(\[local_rates\]\ninput = )"0.5"/, `$1"${times / 2}"`],
    [/(\[local_rates\]\ninput = "[^"]+"\noutput = )"2"/, `$1"${times * 2}"`],
  ]);
}

/** A catalog with parts of its text replaced; each must be found. */
export function changed(text, changes) {
  return changes.reduce((now, [pattern, to]) => {
    const next = now.replace(pattern, to);
    if (next === now) throw new Error(`the built-in catalog has no ${pattern}`);
    return next;
  }, text);
}
