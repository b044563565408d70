import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('..', import.meta.url));

/** What the server's source files whose names end so export, by path from `server/src`. */
export async function importAll(ending: RegExp): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const paths = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((path) => ending.test(path));
  const modules = paths
    .sort()
    .map(async (path) => [path, (await import(join(sources, path))) as Record<string, unknown>] as const);
  return new Map(await Promise.all(modules));
}
