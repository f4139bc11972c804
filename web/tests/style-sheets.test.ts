import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sheets = 'node_modules/@mantine/core/styles';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.tsx'))
  .map((path) => readFileSync(join('src', path), 'utf8'));

// The sheets are taken in one by one: a component without its own would look broken, unseen by
// every test that only reads text.
test('every component of the library that is drawn has its style sheet', () => {
  const used = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)]
        .flatMap(([, names = '']) => names.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type ')),
    ),
  );
  expect(used.has('Checkbox')).toBe(true);
  const there = new Set(readdirSync(sheets));
  const taken = readFileSync('src/app/styles.css', 'utf8');
  const missing = [...used].filter(
    (name) => there.has(`${name}.css`) && !taken.includes(`/styles/${name}.css'`),
  );
  expect(missing).toEqual([]);
});
