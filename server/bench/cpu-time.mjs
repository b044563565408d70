import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever its own clock. */
const tickMs = 10;

/**
 * Milliseconds of processor time that a process has used by now, and with `children` those below it as well; null where
 * the system does not tell.
 *
 * @param {number} pid
 * @param {{ children?: boolean }} [options]
 * @returns {Promise<number | null>}
 */
export async function cpuTime(pid, { children = false } = {}) {
  try {
    const own = await ticks(pid);
    if (!children) return own.alive * tickMs;
    const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const ofChildren = await Promise.all(list.trim().split(' ').map(Number).map(ticksOfChild));
    return [own.alive, own.gone, ...ofChildren].reduce((sum, each) => sum + each, 0) * tickMs;
  } catch {
    return null;
  }
}

/**
 * What the process has used, and what those below it had that are gone.
 *
 * @param {number} pid
 */
async function ticks(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold blanks.
  const [user = 0, system = 0, goneUser = 0, goneSystem = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return { alive: user + system, gone: goneUser + goneSystem };
}

/** @param {number} pid */
function ticksOfChild(pid) {
  // One that has just gone counts with its parent.
  return ticks(pid).then(
    ({ alive }) => alive,
    () => 0,
  );
}
