import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { follow, type Step } from './recipe-steps.js';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a command has said, and whether it was content. */
export interface Outcome {
  readonly isDone: boolean;
  /** The command, and everything that it printed. */
  readonly output: string;
}

/** A copy of the working tree, with the packages of the original. */
export interface Copy {
  readonly folder: string;
  /** Makes it anew what the original is, with these steps done in it. */
  follow(steps: readonly Step[]): Promise<void>;
  /** Runs a command at the copy's root. */
  run(command: string, ...args: readonly string[]): Promise<Outcome>;
  remove(): Promise<void>;
}

export async function copyRepository(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'tokenvue-recipe-'));
  const git = async (...args: readonly string[]): Promise<void> => {
    const { isDone, output } = await execute(folder, 'git', args);
    if (!isDone) throw new Error(output);
  };
  const listed = await execute(root, 'git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (!listed.isDone) throw new Error(listed.output);
  for (const file of new Set(listed.stdout.split('\0'))) {
    // In a work tree that has borrowed them, packages are a link, which Git does not ignore.
    if (basename(file) === 'node_modules' || file === '' || !(await isThere(join(root, file)))) continue;
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file));
  }
  await git('init', '--quiet');
  await git('add', '--all');
  for (const place of ['server', 'sdk', 'sdk/examples/console']) {
    const packages = join(root, place, 'node_modules');
    if (await isThere(packages)) await symlink(packages, join(folder, place, 'node_modules'));
  }
  await borrowPackages(join(folder, 'node_modules'));
  return {
    folder,
    follow: async (steps) => {
      await git('checkout', '--quiet', '--', '.');
      await git('clean', '--quiet', '-d', '-x', '--force', '--exclude', 'node_modules');
      for (const step of steps) await follow(step, folder);
    },
    run: (command, ...args) => execute(folder, command, args),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The packages of the original's root, but for those that are folders of the repository: there the copy has its own. */
async function borrowPackages(folder: string): Promise<void> {
  const packages = join(root, 'node_modules');
  const own = '@tokenvue';
  await mkdir(join(folder, own), { recursive: true });
  for (const name of await readdir(packages)) {
    if (name !== own) await symlink(join(packages, name), join(folder, name));
  }
  for (const name of await readdir(join(packages, own))) {
    // As npm has made them: relative, so that they lead into the copy.
    await symlink(await readlink(join(packages, own, name)), join(folder, own, name));
  }
}

/** Puts a file into the copy that belongs to no recipe. */
export async function put({ folder }: Copy, file: string, text: string): Promise<void> {
  await writeFile(join(folder, file), text);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** As long as a command may take on a machine that is busy with others. */
const timeoutMs = 900_000;

/** Jest's own variables would make a Jest within it think that it is one of its workers. */
const {
  JEST_WORKER_ID: _,
  NODE_ENV: __,
  TEST_TEMPLATE_URL: ___,
  TEST_DATABASE_URL: ____,
  ...environment
} = process.env;

function execute(
  cwd: string,
  command: string,
  args: readonly string[],
): Promise<Outcome & { readonly stdout: string }> {
  const env = { ...environment, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` };
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: timeoutMs, maxBuffer: 1 << 28 };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const said = `$ ${[command, ...args].join(' ')}\n${stdout}${stderr}${error === null ? '' : `\n${error.message}`}`;
      resolve({ isDone: error === null, output: said, stdout });
    });
  });
}
