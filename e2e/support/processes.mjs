/**
 * What the machine says of processes (from /proc): who is whose child, which program it runs,
 * and whether it is still there. Never ends a process; read next: server.mjs.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from './until.mjs';

/** A process that waits to be collected (a zombie) has ended. */
export function isAlive(pid) {
  const stat = statOf(pid);
  return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
}

export function childrenOf(pid) {
  return allPids().filter((one) => statOf(one)?.parent === pid && isAlive(one));
}

/** The program's file that a process runs; null when it is gone. */
export function programOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null;
  }
}

/** Living processes that were started with `text` in one of their arguments. */
export function startedWith(text) {
  return allPids().filter((pid) => isAlive(pid) && argumentsOf(pid).includes(text));
}

export async function untilGone(pids, what) {
  await until(`${what} (${pids.join(', ')}) to be gone`, () => pids.every((pid) => !isAlive(pid)));
}

function allPids() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function argumentsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

// The name in brackets may hold anything: what counts comes after the last bracket.
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}
