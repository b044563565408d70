import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

const serverFolder = fileURLToPath(new URL('../..', import.meta.url));

/** The server compiled as `npm start` runs it. @returns its folder, which `remove` takes away. */
export async function compileServer(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  // Under the package, because that is where its imports are found.
  const cache = join(serverFolder, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'main-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [
    tsc,
    '-p',
    join(serverFolder, 'tsconfig.build.json'),
    '--outDir',
    folder,
  ]);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

export interface ProcessOfServer {
  readonly endpoint: string;
  /** Lets it stand still, and go on. */
  send(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Resolves when it is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts it in a process of its own and waits until it is ready; it takes the tokens of services. */
export async function startProcess(folder: string, databaseUrl: string): Promise<ProcessOfServer> {
  const child = spawn(process.execPath, [join(folder, 'main.js')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      AUTH_JWT_SECRET: 'x'.repeat(32),
      DEMO_DATA: 'false',
      GRAPHIQL: 'false',
      CONSOLE: 'false',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    // Only what it says before it is ready.
    if (output.length < 100_000) output += chunk.toString();
  });
  const endpoint = await eventually(() => {
    const line = output.split('\n').find((text) => text.includes('"msg":"ready"'));
    if (line === undefined) throw new Error(`Not ready: ${output}`);
    return (JSON.parse(line) as { graphql: string }).graphql;
  });
  return {
    endpoint,
    send: (signal) => child.kill(signal),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}
