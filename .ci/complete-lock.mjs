// Adds to package-lock.json the optional packages of other platforms. npm leaves them out where it could not read them
// when it wrote the file, and `npm ci` then refuses the lock. Run it after `npm install`; it changes nothing otherwise.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = /[-/](android|darwin|freebsd|linux|openharmony|win32|windows)(?=-|$)/;
const processors = /-(arm64|x64|ia32|arm|ppc64|riscv64|s390x|loong64)(?=-|$)/;

/** The entry of a package that is made for one platform, as its name tells. */
function entryOf(name, range, parent) {
  const [, system] = systems.exec(name) ?? [];
  const [, processor] = processors.exec(name) ?? [];
  if (system === undefined || processor === undefined) throw new Error(`No platform in the name of ${name}.`);
  const libc = /-musl/.test(name) ? 'musl' : 'glibc';
  return {
    version: range.replace(/^[\^~]/, ''),
    cpu: [processor],
    ...(parent.dev && { dev: true }),
    ...(system === 'linux' && { libc: [libc] }),
    optional: true,
    os: [system === 'windows' ? 'win32' : system],
  };
}

/** Whether a package at `path` finds `name` in its own node_modules or in one above. */
function isLocked(path, name) {
  const parts = path === '' ? [] : path.split(/\/?node_modules\//).slice(1);
  for (let depth = parts.length; depth >= 0; depth--) {
    const folder = parts.slice(0, depth).map((part) => `node_modules/${part}/`);
    if (lock.packages[`${folder.join('')}node_modules/${name}`] !== undefined) return true;
  }
  return false;
}

let added = 0;
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(path, name)) continue;
    lock.packages[`node_modules/${name}`] = entryOf(name, range, parent);
    added += 1;
  }
}
const inOrder = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(inOrder);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
