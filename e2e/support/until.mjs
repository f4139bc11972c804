/** Waiting for a thing itself, never for a while: looks again until it is there or too late. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_MS = 25;

/** Gives what `look` gives as soon as that is neither false nor null nor undefined. */
export async function until(what, look, patienceMs = 60_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}.`);
    await pause(LOOK_AGAIN_MS);
  }
}

/** Waits until `read` gives `wanted`; fails with what it gave last. */
export async function becomes(what, read, wanted, patienceMs = 60_000) {
  let last;
  const fits = async () => {
    last = await read();
    return last === wanted || null;
  };
  await until(what, fits, patienceMs).catch((error) => {
    assert.equal(last, wanted, what);
    throw error;
  });
}
