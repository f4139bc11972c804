/** Where the parts of the product are; the environment may say otherwise. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const screenshots = fileURLToPath(new URL('../screenshots', import.meta.url));

const within = (path) => resolve(repository, path);

const optimized = within('target/release/ampere');

export const program = process.env.AMPERE_BIN ?? newest([optimized, within('target/debug/ampere')]);
export const worker = real(
  process.env.AMPERE_LOCAL_MODEL_BIN ??
    within('crates/local-model/target/release/ampere-local-model'),
);
export const weights =
  process.env.AMPERE_MODEL_PATH ?? within('data/models/SmolLM2-135M-Instruct.Q4_1.gguf');
export const chromium = process.env.AMPERE_CHROMIUM ?? '/usr/bin/chromium';

/** Everything a journey needs that is not there, each with what makes it. */
export function missingParts() {
  const parts = [
    [program, 'the server: cargo build -p ampere-server'],
    [within('web/dist/index.html'), 'the web app: npm run build in web'],
    [worker, 'the local model’s worker: make model'],
    [weights, 'the local model’s weights: make model'],
    [chromium, 'Chromium: apt-get install chromium, or set AMPERE_CHROMIUM'],
  ];
  return parts.filter(([path]) => !existsSync(path)).map(([path, what]) => `${path} (${what})`);
}

export async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

// Whoever has built both has last built the one that is meant.
function newest(paths) {
  return paths.toSorted((one, other) => builtAt(other) - builtAt(one))[0];
}

// As the machine names it for a running process.
function real(path) {
  return existsSync(path) ? realpathSync(path) : path;
}

function builtAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
