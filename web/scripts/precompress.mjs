// Puts a .br and a .gz file beside every text asset of the build, so that the
// server can send them as they are. Never touches files that would not shrink.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const text = /\.(?:js|css|svg|json|txt|map)$/;
let files = 0;

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (text.test(name)) compress(path);
  }
}

// index.html is left alone: the server writes a nonce into it on every request.
function compress(path) {
  const bytes = readFileSync(path);
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gz = gzipSync(bytes, { level: 9 });
  if (br.length < bytes.length) writeFileSync(`${path}.br`, br);
  if (gz.length < bytes.length) writeFileSync(`${path}.gz`, gz);
  files += 1;
}

walk(new URL('../dist', import.meta.url).pathname);
process.stdout.write(`precompressed ${files} files\n`);
