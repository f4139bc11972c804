// Fails when the web app has grown past its budget (gzip): what the first page
// loads ≤ 240 KB of JavaScript and 40 KB of CSS, every other chunk ≤ 130 KB.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const page = readFileSync(`${dist}index.html`, 'utf8');
const size = (name) => gzipSync(readFileSync(`${dist}assets/${name}`), { level: 9 }).length;
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

const entry = { js: 0, css: 0 };
const lazy = [];
for (const name of readdirSync(`${dist}assets`)) {
  const kind = /\.(js|css)$/.exec(name)?.[1];
  if (!kind) continue;
  const bytes = size(name);
  if (page.includes(`/assets/${name}`)) entry[kind] += bytes;
  else lazy.push({ name, bytes });
}
lazy.sort((a, b) => b.bytes - a.bytes);

const failures = [];
if (entry.js > 240 * 1024) failures.push('entry JavaScript is over 240 KB');
if (entry.css > 40 * 1024) failures.push('entry CSS is over 40 KB');
for (const { name, bytes } of lazy) {
  if (bytes > 130 * 1024) failures.push(`${name} is over 130 KB`);
}
process.stdout.write(`entry js ${kb(entry.js)} of 240 KB, css ${kb(entry.css)} of 40 KB\n`);
for (const { name, bytes } of lazy) process.stdout.write(`lazy ${kb(bytes).padStart(9)} ${name}\n`);
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.exit(failures.length > 0 ? 1 : 0);
