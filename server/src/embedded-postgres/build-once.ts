import { mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * Makes the folder `target` in one step: `build` fills a draft beside it, which is then renamed, so that nobody ever
 * meets half of it. A folder that is already there, or that another process finishes first, stays as it is.
 */
export async function buildOnce(target: string, build: (draft: string) => Promise<void>): Promise<void> {
  const prefix = `${basename(target)}.new-`;
  await removeAbandonedDrafts(dirname(target), prefix);
  if (await isFilled(target)) return;
  const draft = await mkdtemp(join(dirname(target), prefix));
  try {
    await build(draft);
    await rename(draft, target);
    await syncFolder(dirname(target));
  } catch (error) {
    if (!(await isFilled(target))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Makes a new name in `folder` survive a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isFilled(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length > 0,
    () => false,
  );
}

/** A process that was killed while it built leaves a draft behind; a young draft may belong to one that still builds. */
async function removeAbandonedDrafts(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const draft = join(folder, name);
    const modified = await stat(draft).catch(() => undefined);
    if (modified && Date.now() - modified.mtimeMs > ABANDONED_AFTER_MS) {
      await rm(draft, { recursive: true, force: true });
    }
  }
}
