import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The operating-system user that PostgreSQL runs as; `undefined` is the user of this process. */
export type DatabaseUser = { readonly uid: number; readonly gid: number } | undefined;

/** PostgreSQL refuses to run as root, so a server that is root has to hand it to somebody else. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The user to drop to from root: `postgres` where the machine has one, else `nobody`. */
export async function unprivilegedUser(): Promise<DatabaseUser> {
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([name]) => name === wanted) ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root and this machine has no user "postgres" or "nobody" to run it as: ' +
      'run the server as an ordinary user, or set DATABASE_URL',
  );
}

/** Runs a command to its end as `user`. When it fails, the error's message is what the command wrote to stderr. */
export async function runAs(user: DatabaseUser, command: string, args: string[]): Promise<void> {
  try {
    // The working directory may be one that the other user cannot enter.
    await promisify(execFile)(command, args, {
      ...user,
      cwd: '/',
      env: COMMAND_ENVIRONMENT,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  }
}

/** Nothing of the caller's environment (PGDATA, PGOPTIONS, a locale) may reach PostgreSQL. */
export const COMMAND_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
};

export async function canEnter(user: DatabaseUser, folder: string): Promise<boolean> {
  return runAs(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).then(
    () => true,
    () => false,
  );
}
