import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildOnce, syncFolder } from './build-once.js';
import { canEnter, type DatabaseUser, isRoot, runAs, unprivilegedUser } from './database-user.js';

/** Where an embedded PostgreSQL lies, or will lie, and who runs it. */
export interface PostgresPlace {
  /** The name under DATA_DIR: the folder itself, or a link to it where the database user cannot reach DATA_DIR. */
  readonly entry: string;
  /** A folder that the database user can reach: DATA_DIR, or the shared folder. */
  readonly base: string;
  readonly user: DatabaseUser;
}

/** A folder `directory` with PostgreSQL's `data`, its `password` and its log beside each other. */
export interface PostgresFolder {
  readonly directory: string;
  /** Whether it lies outside of DATA_DIR, where only a link to it stands. */
  readonly moved: boolean;
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

/** Whoever owns the data goes on running them, so that root and an ordinary user can take turns in one clone. */
export async function choosePlace(dataDir: string, sharedFolder: string): Promise<PostgresPlace> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const entry = join(root, 'postgres');
  if (!isRoot()) return { entry, base: root, user: undefined };

  const owner = await stat(join(entry, 'data')).catch(() => undefined);
  const user = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await unprivilegedUser();
  if (await canEnter(user, root)) return { entry, base: root, user };
  await mkdir(sharedFolder, { recursive: true });
  await chmod(sharedFolder, 0o755);
  return { entry, base: sharedFolder, user };
}

/** Opens the folder at `place`, and makes it with an empty database cluster and a random password when it is new. */
export async function openPostgresFolder(place: PostgresPlace, bin: string): Promise<PostgresFolder> {
  const { entry, base, user } = place;
  if (!(await exists(entry))) await createFolder(place, bin);
  const directory = await realpath(entry).catch((error: Error) => {
    throw new Error(`${entry} is a link to the database's folder, which is gone: restore it, or remove the link`, {
      cause: error,
    });
  });
  const data = join(directory, 'data');
  if (user && (await stat(data)).uid === 0) {
    await runAs(undefined, 'chown', ['-R', `${user.uid}:${user.gid}`, directory]);
  }
  if (user && !(await canEnter(user, data))) {
    throw new Error(
      `PostgreSQL runs as user ${user.uid}, who cannot reach its data in ${directory}: ` +
        `open the folders above it to others, or move ${directory} into ${base}`,
    );
  }
  const password = await readFile(join(directory, 'password'), 'utf8').catch((error: Error) => {
    throw new Error(
      `The database in ${directory} cannot be opened (${error.message}): ` +
        'run the server as the user who owns it, or set DATA_DIR to another folder',
      { cause: error },
    );
  });
  const log = join(directory, 'postgres.log');
  return {
    directory,
    moved: directory !== entry,
    data,
    log,
    password: password.trim(),
  };
}

async function createFolder({ entry, base, user }: PostgresPlace, bin: string): Promise<void> {
  if (base === dirname(entry)) return buildOnce(entry, (draft) => initialize(draft, bin, user));

  // The link ties the data to this DATA_DIR: a removed DATA_DIR starts empty, a moved one keeps its data.
  const folder = join(base, `data-${randomBytes(8).toString('hex')}`);
  await buildOnce(folder, (draft) => initialize(draft, bin, user));
  try {
    await symlink(folder, entry);
    await syncFolder(dirname(entry));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(await exists(entry))) throw error;
  }
}

async function initialize(folder: string, bin: string, user: DatabaseUser): Promise<void> {
  const password = join(folder, 'password');
  await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, {
    mode: 0o600,
    flush: true,
  });
  if (user) {
    await chown(folder, user.uid, user.gid);
    await chown(password, user.uid, user.gid);
  }
  const args = [
    `--pgdata=${join(folder, 'data')}`,
    '--username=postgres',
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
  ];
  await runAs(user, join(bin, 'initdb'), args).catch((error: Error) => {
    throw new Error(
      `The embedded PostgreSQL could not make its data folder (${error.message}): ` +
        'set DATABASE_URL to use a PostgreSQL of your own',
      { cause: error },
    );
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
