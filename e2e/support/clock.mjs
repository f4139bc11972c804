/** Another clock for a server's process (Debian's faketime, by LD_PRELOAD). */
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * More of a server's environment: its clock shows `shows` (UTC) when it starts, and goes on from
 * there. How long things take is not touched.
 */
export function clockAt(shows) {
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name));
  const library = folders.map((folder) => join(folder, 'faketime/libfaketimeMT.so.1')).find(existsSync);
  if (!library) throw new Error('Debian’s package faketime is needed: scripts/need test');
  return { LD_PRELOAD: library, FAKETIME: `@${shows}`, DONT_FAKE_MONOTONIC: '1', TZ: 'UTC' };
}
