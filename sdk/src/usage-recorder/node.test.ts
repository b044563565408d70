import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import type { UsageRecordInput } from '../index.js';
import { rejection } from '../testing/fake-fetch.js';
import { type FileUsageProblem, FileUsageStore } from './node.js';

const temp = mkdtempSync(join(tmpdir(), 'tokenvue-usage-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(temp, 'test-')), 'usage');
});

const usage = (requestId: string) => ({ requestId, tags: ['a\nb', '😀'] }) as unknown as UsageRecordInput;
const usages = (...requestIds: string[]) => requestIds.map(usage);
const files = () => readdirSync(folder).sort();

/** What a store that opens the folder finds, in its order. */
async function foundIn(store: FileUsageStore): Promise<string[]> {
  await store.open();
  return (await store.read(1_000)).map(({ record }) => record.requestId);
}

/** What is in the folder, when the store that has it is gone as with a killed process: it closes nothing. */
async function foundAfterKill(): Promise<string[]> {
  const left = mkdtempSync(join(temp, 'left-'));
  cpSync(folder, left, { recursive: true });
  rmSync(join(left, 'lock'));
  return foundIn(new FileUsageStore(left));
}

describe('a store in files', () => {
  test('has what was kept and not removed, as it was and in its order, when it is opened again', async () => {
    const first = new FileUsageStore(folder);
    expect(await foundIn(first)).toEqual([]);
    const last = await first.append(usages('r0', 'r1', 'r2'));
    expect((await first.read(2)).map(({ id, record }) => [last - id, record])).toEqual([
      [2, usage('r0')],
      [1, usage('r1')],
    ]);
    expect((await first.read(5, last - 1)).map(({ record }) => record)).toEqual(usages('r2'));
    await first.remove([last - 1]);
    await first.append(usages('r3'));
    expect(await foundAfterKill()).toEqual(['r0', 'r2', 'r3']);
    await first.close();

    const second = new FileUsageStore(folder);
    expect(await foundIn(second)).toEqual(['r0', 'r2', 'r3']);
    await second.append(usages('r4'));
    await second.remove((await second.read(3)).map(({ id }) => id));
    await second.close();
    expect(await foundIn(new FileUsageStore(folder))).toEqual(['r4']);
  });

  test('deletes files of which nothing is needed, and all of them in the end', async () => {
    const store = new FileUsageStore(folder, { segmentBytes: 1, sync: false });
    await store.open();
    const last: number[] = [];
    for (const requestId of ['r0', 'r1', 'r2']) last.push(await store.append(usages(requestId)));
    expect(files()).toHaveLength(4);
    await store.remove(last.slice(1, 2));
    expect(files()).toEqual(['000000000001.usage', '000000000003.usage', 'lock']);
    expect(await foundAfterKill()).toEqual(['r0', 'r2']);
    await store.remove(last);
    await store.close();
    expect(files()).toEqual([]);
  });

  test('leaves out a line that was cut off: nobody was told that it was kept', async () => {
    const store = new FileUsageStore(folder);
    await store.open();
    await store.append(usages('r0'));
    appendFileSync(join(folder, '000000000001.usage'), '{"requestId":"r');
    expect(await foundAfterKill()).toEqual(['r0']);
    await store.close();
  });

  test('takes a removal that was cut off for none, and those after it as they are', async () => {
    const store = new FileUsageStore(folder);
    await store.open();
    const last = await store.append(usages(...Array.from({ length: 13 }, (_, index) => `r${index}`)));
    // Of the twelfth, of which only the first digit was written: it is not the first one.
    appendFileSync(join(folder, '000000000001.removed'), '\n0.\n1');
    await store.remove([last - 1]);
    expect(await foundAfterKill()).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r12']);
    await store.close();
  });

  test.each(['appendFile', 'datasync'] as const)(
    'goes on in a new file after a write that failed in %s',
    async (name) => {
      const store = new FileUsageStore(folder);
      await store.open();
      await store.append(usages('r0'));
      const some = await open(join(folder, 'lock'));
      const handles = Object.getPrototypeOf(some) as FileHandle;
      await some.close();
      const { appendFile } = handles;
      // As on a full disk: a part of it is written.
      const failing = async function (this: FileHandle, text?: unknown) {
        if (typeof text === 'string') await appendFile.call(this, text.slice(0, 9));
        throw new Error('ENOSPC');
      };
      const spied = jest.spyOn(handles, name).mockImplementationOnce(failing);
      expect(await rejection(store.append(usages('r1')))).toEqual(new Error('ENOSPC'));
      spied.mockRestore();
      await store.append(usages('r1'));
      expect(files()).toEqual(['000000000001.usage', '000000000002.usage', 'lock']);
      // Where only the disk was late, the next process finds it twice, and the server counts it once.
      expect(new Set(await foundAfterKill())).toEqual(new Set(['r0', 'r1']));
      expect((await store.read(5)).map(({ record }) => record.requestId)).toEqual(['r0', 'r1']);
      await store.remove((await store.read(1)).map(({ id }) => id));
      expect(files()).toEqual(['000000000002.usage', 'lock']);
      await store.close();
    },
  );

  test('forgets removals of a file that is gone, before another one has its name', async () => {
    const store = new FileUsageStore(folder);
    await store.open();
    await store.close();
    writeFileSync(join(folder, '000000000001.removed'), '\n0.\n');
    await store.open();
    await store.append(usages('r0'));
    expect(await foundAfterKill()).toEqual(['r0']);
    await store.close();
  });

  test('is for one process at a time, and nobody else reads it', async () => {
    const store = new FileUsageStore(folder);
    await store.open();
    const second = new FileUsageStore(folder);
    expect(String(await rejection(second.open()))).toContain(`belongs to the process ${process.pid}`);
    await second.close();
    expect(existsSync(join(folder, 'lock'))).toBe(true);
    await store.append(usages('r0'));
    if (process.platform !== 'win32') expect(statSync(join(folder, '000000000001.usage')).mode & 0o077).toBe(0);
    await store.close();
  });

  /** What the lock of this process says. */
  async function ownLock(): Promise<object> {
    const store = new FileUsageStore(folder);
    await store.open();
    await store.append(usages('r0'));
    const lock = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'));
    await store.close();
    return lock;
  }

  const opens = async () => {
    const store = new FileUsageStore(folder);
    const opened = await store.open().catch((error: Error) => error.message);
    await store.close();
    return opened === 1;
  };

  const isLinux = process.platform === 'linux';
  test.each<[string, object, number, boolean]>([
    ['a process that goes on', {}, 3_600, !isLinux],
    ['a process whose number another one has got since', { started: '1' }, 0, isLinux],
    ['a process that is gone', { pid: 2 ** 30 }, 0, true],
    ['a process of another machine or container', { system: 'elsewhere' }, 0, false],
    ['one of which nothing was heard for half a minute', { system: 'elsewhere' }, 31, true],
    ['one that is just making it', { token: undefined }, 0, false],
    ['one that was killed while it made it', { token: undefined }, 31, true],
  ])('finds the lock of %s', async (_whose, differs, seconds, isOpened) => {
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...(await ownLock()), ...differs }));
    const then = Date.now() / 1_000 - seconds;
    utimesSync(join(folder, 'lock'), then, then);
    expect(await opens()).toBe(isOpened);
    expect(files()).toEqual(['000000000001.usage', ...(isOpened ? [] : ['lock'])]);
  });

  test('that was taken over while its process stood still writes nothing more', async () => {
    const store = new FileUsageStore(folder);
    await store.open();
    await store.append(usages('r0'));
    writeFileSync(join(folder, 'lock'), 'of another one');
    const elsewhere = performance.now() + 60_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(elsewhere);
    for (const work of [() => store.append(usages('r1')), () => store.remove([1])]) {
      expect(String(await rejection(work()))).toContain('no longer belongs to this process');
    }
    clock.mockRestore();
    await store.close();
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe('of another one');
    expect(await foundAfterKill()).toEqual(['r0']);
  });

  test.each([
    [true, 2],
    [false, 0],
  ])('with sync: %s asks the disk %d times to keep a new folder and a new file in it', async (sync, times) => {
    const some = await open(temp);
    const synced = jest.spyOn(Object.getPrototypeOf(some) as FileHandle, 'sync');
    await some.close();
    const store = new FileUsageStore(folder, { sync });
    await store.open();
    await store.append(usages('r0'));
    await store.append(usages('r1'));
    expect(synced).toHaveBeenCalledTimes(times);
    synced.mockRestore();
    await store.close();
  });

  test('goes on where it can not write what was counted, and writes it as soon as it can', async () => {
    const problems: FileUsageProblem[] = [];
    const store = new FileUsageStore(folder, { onProblem: (problem) => problems.push(problem) });
    await store.open();
    const last = await store.append(usages('r0', 'r1', 'r2'));
    // Nothing can be appended to a folder, as to a file on a full disk.
    mkdirSync(join(folder, '000000000001.removed'));
    await store.remove([last - 2]);
    expect((await store.read(5)).map(({ record }) => record.requestId)).toEqual(['r1', 'r2']);
    expect(problems).toMatchObject([{ kind: 'REMOVAL_NOT_KEPT', line: null }]);
    rmdirSync(join(folder, '000000000001.removed'));
    await store.remove([last - 1]);
    expect(await foundAfterKill()).toEqual(['r2']);
    await store.remove([last]);
    await store.close();
    expect(files()).toEqual([]);
  });

  test('leaves aside a line that is no record, tells of it, and keeps the file for whoever looks at it', async () => {
    const first = new FileUsageStore(folder);
    await first.open();
    await first.append(usages('r0', 'r1'));
    await first.close();
    const file = join(folder, '000000000001.usage');
    const [one, two] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${one}\nsomething else\n[]\n${two}\n`);
    const problems: FileUsageProblem[] = [];
    const second = new FileUsageStore(folder, { onProblem: (problem) => problems.push(problem) });
    expect(await foundIn(second)).toEqual(['r0', 'r1']);
    expect(problems).toEqual([2, 3].map((line) => ({ kind: 'UNREADABLE', file, line, error: expect.any(Error) })));
    await second.remove((await second.read(5)).map(({ id }) => id));
    await second.close();
    expect(files()).toEqual(['000000000001.unreadable']);
    expect(await foundIn(new FileUsageStore(folder))).toEqual([]);
  });
});

/** A program that records, and says of which records the recorder has said that it has them. */
const program = `
import { TokenVueClient } from './index.ts';
import { UsageRecorder } from './usage-recorder/index.ts';
import { FileUsageStore } from './usage-recorder/node.ts';

const [endpoint, folder, from, to, mode] = process.argv.slice(2);
const client = new TokenVueClient({ endpoint, token: 'token' });
const recorder = new UsageRecorder(client, {
  store: folder ? new FileUsageStore(folder) : undefined,
  batchSize: 500,
  flushAfterMs: 20,
  onRefused: ({ record }) => console.log('refused', record.requestId),
});
for (let index = Number(from); index < Number(to); index += 1) {
  const requestId = 'r' + index;
  const usage = { keyDigest: 'd1', model: 'fast', status: 'SUCCEEDED', inputTokens: 1, outputTokens: 1, latencyMs: 1 };
  recorder
    .record({ ...usage, requestId, occurredAt: new Date().toISOString() })
    .then((isKept) => console.log(isKept ? 'kept' : 'lost', requestId));
  if (index % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
if (mode === 'close') console.log('left', await recorder.close());
`;

describe('a process', () => {
  let script: string;
  beforeAll(() => {
    script = join(temp, 'program.mjs');
    buildSync({
      stdin: { contents: program, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
  });

  /** A server that counts each request once, and answers where it is told to. */
  async function countingServer(isAnswered: (batch: number) => boolean) {
    const counted = new Map<string, number>();
    const waiting: ServerResponse[] = [];
    let batches = 0;
    let counts = () => {};
    const server = createServer(async (request, response) => {
      const { variables } = (await json(request)) as { variables: { input: { records: UsageRecordInput[] } } };
      const { records } = variables.input;
      for (const { requestId } of records) counted.set(requestId, (counted.get(requestId) ?? 0) + 1);
      batches += 1;
      counts();
      if (!isAnswered(batches)) return waiting.push(response);
      const recordUsage = { recorded: records.length, duplicates: 0, userErrors: [] };
      return response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { recordUsage } }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}/graphql`,
      counted,
      until: (batch: number): Promise<void> =>
        new Promise((resolve) => {
          counts = () => batches >= batch && resolve();
        }),
      close: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  }

  /** Runs the program; what it has said so far, by words. */
  function run(...args: (string | number)[]) {
    const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: Record<string, string[]> = { kept: [], lost: [], refused: [], left: [] };
    createInterface(child.stdout).on('line', (line) => {
      const [word = '', what = ''] = line.split(' ');
      said[word]?.push(what);
    });
    return { child, said, closed: once(child, 'close') };
  }

  test('that is killed between recording and acknowledgement loses nothing: the next one goes on', async () => {
    // Two batches are answered, the third is counted and the answer never comes.
    const server = await countingServer((batch) => batch !== 3);
    try {
      const first = run(server.endpoint, folder, 0, 5_000);
      await server.until(3);
      first.child.kill('SIGKILL');
      expect(await first.closed).toEqual([null, 'SIGKILL']);
      const kept = new Set(first.said['kept']);
      expect(kept.size).toBeGreaterThan(1_000);
      const missing = [...kept].filter((id) => !server.counted.has(id));
      expect(missing.length).toBeGreaterThan(0);

      const second = run(server.endpoint, folder, 5_000, 5_100, 'close');
      expect(await second.closed).toEqual([0, null]);
      expect([second.said['kept']?.length, second.said['left'], second.said['refused']]).toEqual([100, ['0'], []]);
      for (const id of [...kept, ...(second.said['kept'] ?? [])])
        expect([id, server.counted.has(id)]).toEqual([id, true]);
      // What was counted without an answer was sent again, and the server counts it once.
      expect(Math.max(...server.counted.values())).toBe(2);
      expect(files()).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('is not kept alive by what waits, and ends with what it has where it does not close', async () => {
    const server = await countingServer(() => true);
    try {
      const { closed, said } = run(server.endpoint, folder, 0, 10);
      expect(await closed).toEqual([0, null]);
      expect(said['kept']).toHaveLength(10);
      const next = run(server.endpoint, folder, 0, 0, 'close');
      expect(await next.closed).toEqual([0, null]);
      expect(server.counted.size).toBe(10);
    } finally {
      await server.close();
    }
  });
});
