import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FakeFailure, fakeServer } from '../fake-server.js';
import { TokenVueClient, type UsageRecordInput, type UserError } from '../index.js';
import { TOKEN } from '../testing/fake-fetch.js';
import {
  MemoryUsageStore,
  type RefusedUsage,
  UsageRecorder,
  type UsageRecorderFailure,
  type UsageRecorderOptions,
} from './index.js';

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const usage = (requestId: string, given: Partial<UsageRecordInput> = {}): UsageRecordInput => ({
  requestId,
  keyDigest: 'd1',
  model: 'fast',
  status: 'SUCCEEDED',
  inputTokens: 9,
  outputTokens: 8,
  latencyMs: 7,
  occurredAt: '2026-11-05T10:00:00Z',
  ...given,
});
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `r${from + index}`);

type Answer = (records: readonly UsageRecordInput[]) => UserError[] | Promise<UserError[]>;

/** A recorder whose server counts as the real one does, and does before what it is told to; and what is heard of it. */
function recorderOf(before: Answer = () => [], options: Partial<UsageRecorderOptions> = {}) {
  const batches: string[][] = [];
  const counted = new Map<string, number>();
  const refused: RefusedUsage[] = [];
  const failures: UsageRecorderFailure[] = [];
  const { fetch } = fakeServer({
    RecordUsage: async ({ input: { records } }) => {
      batches.push(records.map(({ requestId }) => requestId));
      const userErrors = await before(records);
      const places = new Set(userErrors.map(({ field }) => Number(field?.[2])));
      for (const { requestId } of records.filter((_, index) => !places.has(index))) {
        counted.set(requestId, (counted.get(requestId) ?? 0) + 1);
      }
      return { recordUsage: { recorded: records.length - places.size, duplicates: 0, userErrors } };
    },
  });
  const client = new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: TOKEN, fetch });
  const recorder = new UsageRecorder(client, {
    onRefused: (one) => void refused.push(one),
    onError: (failure) => void failures.push(failure),
    ...options,
  });
  const send = (requestIds: readonly string[]) => requestIds.map((id) => recorder.record(usage(id)));
  return { recorder, batches, counted, refused, failures, send };
}

const codes = (refused: readonly RefusedUsage[]) =>
  refused.map(({ record, reasons }) => [record.requestId, ...reasons.map(({ code }) => code)]);

/** Fails so many times, then counts. */
function failing(times: number, ...failure: ConstructorParameters<typeof FakeFailure>): Answer {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new FakeFailure(...failure);
    return [];
  };
}

describe('records are sent', () => {
  test('when a batch is full, and the rest when the oldest has waited long enough', async () => {
    const { recorder, batches, send } = recorderOf(undefined, { batchSize: 3, flushAfterMs: 500 });
    send(ids(0, 2));
    await jest.advanceTimersByTimeAsync(499);
    expect([batches, recorder.pending]).toEqual([[], 2]);
    await jest.advanceTimersByTimeAsync(1);
    expect([batches, recorder.pending]).toEqual([[['r0', 'r1']], 0]);
    send(ids(2, 5));
    await jest.advanceTimersByTimeAsync(0);
    expect(batches[1]).toEqual(['r2', 'r3', 'r4']);
    send(ids(5, 12));
    await jest.advanceTimersByTimeAsync(0);
    expect(batches.slice(2)).toEqual([['r5', 'r6', 'r7'], ['r8', 'r9', 'r10'], ['r11']]);
  });

  test('a thousand at a time and a second after they came, unless the options say otherwise', async () => {
    const { batches, send } = recorderOf();
    send(ids(0, 1_002));
    await jest.advanceTimersByTimeAsync(0);
    expect(batches.map(({ length }) => length)).toEqual([1_000, 2]);
    send(['late']);
    await jest.advanceTimersByTimeAsync(999);
    expect(batches).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(batches[2]).toEqual(['late']);
  });

  test('at once by flush, which waits until they are counted, also those that came while others were under way', async () => {
    let answer = () => {};
    const slow: Answer = () => new Promise((resolve) => (answer = () => resolve([])));
    const { recorder, batches, counted, send } = recorderOf(slow);
    send(['r0']);
    let flushed = 0;
    const flush = () => void recorder.flush().then(() => (flushed += 1));
    flush();
    await jest.advanceTimersByTimeAsync(0);
    send(['r1']);
    flush();
    await jest.advanceTimersByTimeAsync(0);
    expect([batches, flushed]).toEqual([[['r0']], 0]);
    answer();
    await jest.advanceTimersByTimeAsync(0);
    expect([batches, flushed]).toEqual([[['r0'], ['r1']], 1]);
    answer();
    await jest.advanceTimersByTimeAsync(0);
    expect([[...counted.keys()], flushed]).toEqual([['r0', 'r1'], 2]);
  });

  test('as they were when they were recorded', async () => {
    const seen: string[] = [];
    const { recorder } = recorderOf((records) => {
      seen.push(...records.map(({ model }) => model));
      return [];
    });
    const record = usage('r0');
    const isKept = recorder.record(record);
    record.model = 'slow';
    await recorder.flush();
    expect([await isKept, seen]).toEqual([true, ['fast']]);
  });
});

describe('a failure', () => {
  test.each<[string, Answer, string]>([
    ['a server that is away', failing(4, 'SERVICE_UNAVAILABLE', { status: 503 }), 'SERVICE_UNAVAILABLE'],
    ['a server that has enough', failing(4, 'RATE_LIMITED', { status: 429 }), 'RATE_LIMITED'],
    ['a token that is not taken', failing(4, 'UNAUTHENTICATED', { status: 401 }), 'UNAUTHENTICATED'],
    ['a token without the scope', failing(4, 'FORBIDDEN'), 'FORBIDDEN'],
    ['a server that does not know the operation', failing(4, 'GRAPHQL_VALIDATION_FAILED'), 'GRAPHQL_VALIDATION_FAILED'],
  ])('as of %s makes the same batch be sent again, after pauses that double', async (_of, before, code) => {
    const { batches, counted, refused, failures, send } = recorderOf(before, { flushAfterMs: 1 });
    send(['r0', 'r1']);
    await jest.advanceTimersByTimeAsync(1_501);
    expect(batches).toEqual(Array(5).fill(['r0', 'r1']));
    expect(failures.map(({ delayMs, pending }) => [delayMs, pending])).toEqual(
      [100, 200, 400, 800].map((ms) => [ms, 2]),
    );
    expect(failures.map(({ error }) => (error as { code: string }).code)).toEqual(Array(4).fill(code));
    expect([[...counted.values()], refused]).toEqual([[1, 1], []]);
  });

  test('is repeated for as long as it takes, hours where it has to be', async () => {
    let isAway = true;
    const { counted, failures, send } = recorderOf(() => {
      if (isAway) throw new TypeError('fetch failed');
      return [];
    });
    send(['r0']);
    await jest.advanceTimersByTimeAsync(4 * 3_600_000);
    expect(failures.length).toBeGreaterThan(1_000);
    isAway = false;
    await jest.advanceTimersByTimeAsync(10_000);
    expect([...counted]).toEqual([['r0', 1]]);
  });

  test('for which the server names a pause is not repeated before', async () => {
    const headers = { 'retry-after': '7' };
    const { batches, send } = recorderOf(failing(1, 'RATE_LIMITED', { status: 429, headers }), { flushAfterMs: 1 });
    send(['r0']);
    await jest.advanceTimersByTimeAsync(7_000);
    expect(batches).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(batches).toHaveLength(2);
  });

  test('warns on the console where nobody hears of it', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { recorder, send } = recorderOf(failing(1, 'RATE_LIMITED', { status: 429 }), { onError: undefined });
    send(['r0']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect([warn.mock.calls.length, recorder.pending]).toEqual([1, 0]);
  });

  test('of who hears of failures disturbs nothing', async () => {
    const onError = () => {
      throw new Error('deaf');
    };
    const { counted, send } = recorderOf(failing(1, 'RATE_LIMITED', { status: 429 }), { onError });
    send(['r0']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect([...counted]).toEqual([['r0', 1]]);
  });
});

describe('a record that is refused', () => {
  const wrong: Answer = (records) =>
    records.flatMap(({ requestId }, index) =>
      requestId === 'r1'
        ? [{ code: 'NOT_FOUND', message: 'No key.', field: ['input', 'records', String(index), 'keyDigest'] }]
        : [],
    );

  test('is told of with its reasons and never sent again, and the others are counted', async () => {
    const { recorder, batches, counted, refused, send } = recorderOf(wrong);
    send(['r0', 'r1', 'r2']);
    await recorder.flush();
    send(['r3']);
    await recorder.flush();
    expect(refused).toEqual([
      { record: usage('r1'), reasons: [{ code: 'NOT_FOUND', message: 'No key.', field: 'keyDigest' }] },
    ]);
    expect([batches, [...counted.keys()]]).toEqual([
      [['r0', 'r1', 'r2'], ['r3']],
      ['r0', 'r2', 'r3'],
    ]);
  });

  test('is told of again where who hears of it fails, and stays until then', async () => {
    const heard: string[] = [];
    const onRefused = async ({ record }: RefusedUsage) => {
      heard.push(record.requestId);
      if (heard.length < 3) throw new Error('disk full');
    };
    const { recorder, batches, failures, send } = recorderOf(wrong, { onRefused, flushAfterMs: 1 });
    send(['r0', 'r1']);
    await jest.advanceTimersByTimeAsync(101);
    expect([heard.length, recorder.pending]).toEqual([2, 2]);
    await jest.advanceTimersByTimeAsync(200);
    expect([heard, recorder.pending, failures.length, batches.length]).toEqual([['r1', 'r1', 'r1'], 0, 2, 1]);
  });

  test.each([
    ['BAD_USER_INPUT', {}],
    ['BAD_USER_INPUT', { status: 413 }],
  ] as const)('with the whole call is found by halves (%s %j)', async (code, details) => {
    const { recorder, batches, counted, refused, failures, send } = recorderOf((records) => {
      if (records.some(({ requestId }) => requestId === 'r700')) throw new FakeFailure(code, details);
      return [];
    });
    send(ids(0, 1_000));
    await recorder.flush();
    expect(codes(refused)).toEqual([['r700', code]]);
    expect([counted.size, [...counted.values()].every((times) => times === 1)]).toEqual([999, true]);
    expect(batches.length).toBeLessThan(25);
    expect(failures).toEqual([]);
  });

  test('is each of them where the server can read none', async () => {
    const { recorder, refused, send } = recorderOf((records) => {
      if (records.length > 0) throw new FakeFailure('BAD_USER_INPUT', { status: 400 });
      return [];
    });
    send(ids(0, 5));
    await recorder.flush();
    expect(codes(refused)).toEqual(ids(0, 5).map((id) => [id, 'BAD_USER_INPUT']));
  });

  test('is none of those that a server cannot read that knows another API: it is waited for', async () => {
    const { counted, refused, failures, send } = recorderOf(failing(9, 'BAD_USER_INPUT', { status: 400 }));
    send(ids(0, 5));
    await jest.advanceTimersByTimeAsync(60_000);
    expect([[...counted.keys()], refused, failures.length]).toEqual([ids(0, 5), [], 8]);
  });

  test('is none when the server fails at everything, and no batch becomes small by that', async () => {
    const { batches, counted, refused, send } = recorderOf(failing(30, 'INTERNAL_SERVER_ERROR', { status: 500 }));
    send(ids(0, 100));
    await jest.advanceTimersByTimeAsync(300_000);
    expect([counted.size, refused]).toEqual([100, []]);
    expect(Math.min(...batches.filter(({ length }) => length > 0).map(({ length }) => length))).toBe(50);
  });

  test('is none at which the server fails: the others are counted, and it is tried until it is', async () => {
    let isBroken = true;
    const { recorder, counted, refused, send } = recorderOf(
      (records) => {
        if (isBroken && records.some(({ requestId }) => requestId === 'r3')) {
          throw new FakeFailure('INTERNAL_SERVER_ERROR', { status: 500 });
        }
        return [];
      },
      { batchSize: 8 },
    );
    send(ids(0, 8));
    await jest.advanceTimersByTimeAsync(60_000);
    expect([counted.size, recorder.pending, refused]).toEqual([7, 1, []]);
    send(ids(8, 16));
    await jest.advanceTimersByTimeAsync(60_000);
    expect([counted.size, recorder.pending]).toEqual([15, 1]);
    isBroken = false;
    await jest.advanceTimersByTimeAsync(60_000);
    expect([counted.get('r3'), recorder.pending, refused]).toEqual([1, 0, []]);
  });
});

describe('a record that is not taken', () => {
  test('because as many wait as may is told of, in the result and to onRefused, and the others are counted', async () => {
    const { recorder, counted, refused, send } = recorderOf(undefined, { maxPending: 3, batchSize: 10 });
    expect(await Promise.all(send(ids(0, 5)))).toEqual([true, true, true, false, false]);
    expect(codes(refused)).toEqual([
      ['r3', 'RECORDER_FULL'],
      ['r4', 'RECORDER_FULL'],
    ]);
    await recorder.flush();
    expect(await Promise.all(send(['r5']))).toEqual([true]);
    await recorder.flush();
    expect([...counted.keys()]).toEqual(['r0', 'r1', 'r2', 'r5']);
  });

  test('because the recorder is closed is told of', async () => {
    const { recorder, refused, send } = recorderOf();
    expect(await recorder.close()).toBe(0);
    expect([await Promise.all(send(['r0'])), codes(refused)]).toEqual([[false], [['r0', 'RECORDER_CLOSED']]]);
  });

  test('because it is no JSON is told of, also where who hears of it fails', async () => {
    const onRefused = jest.fn<(refused: RefusedUsage) => Promise<void>>().mockRejectedValue(new Error('deaf'));
    const { recorder, failures } = recorderOf(undefined, { onRefused });
    const record = { ...usage('r0'), latencyMs: 1n } as unknown as UsageRecordInput;
    expect(await recorder.record(record)).toBe(false);
    expect(onRefused).toHaveBeenCalledWith({ record, reasons: [expect.objectContaining({ code: 'NOT_JSON' })] });
    expect(failures).toMatchObject([{ error: new Error('deaf'), delayMs: null }]);
  });
});

describe('closing', () => {
  test('sends what is there first', async () => {
    const { recorder, counted, send } = recorderOf();
    send(ids(0, 1_500));
    expect([await recorder.close(), counted.size, await recorder.close()]).toEqual([0, 1_500, 0]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('ends when its time is over, with a server that never answers, and tells of all that it has not heard of', async () => {
    const { recorder, refused, send } = recorderOf(() => new Promise(() => {}), { batchSize: 2 });
    send(ids(0, 3));
    let left: number | undefined;
    void recorder.close({ deadlineMs: 5_000 }).then((count) => (left = count));
    const flushed = recorder.flush().catch((error: Error) => error.message);
    await jest.advanceTimersByTimeAsync(4_999);
    expect([left, refused]).toEqual([undefined, []]);
    await jest.advanceTimersByTimeAsync(1);
    expect(left).toBe(0);
    expect(codes(refused)).toEqual(ids(0, 3).map((id) => [id, 'NOT_ACKNOWLEDGED']));
    expect(await flushed).toBe('The recorder was closed before the server had answered');
    expect([recorder.pending, jest.getTimerCount()]).toEqual([0, 0]);
  });

  test('ends in the middle of a pause, too', async () => {
    const { recorder, refused, send } = recorderOf(failing(100, 'UNAUTHENTICATED'), { flushAfterMs: 1 });
    send(['r0']);
    await jest.advanceTimersByTimeAsync(30_000);
    const closed = recorder.close({ deadlineMs: 1 });
    await jest.advanceTimersByTimeAsync(1);
    expect([await closed, codes(refused)]).toEqual([0, [['r0', 'NOT_ACKNOWLEDGED']]]);
  });

  test('takes as long as it has to where it has no end', async () => {
    const before = failing(20, 'UNAUTHENTICATED');
    const { recorder, counted, refused, send } = recorderOf(before);
    send(['r0']);
    const closed = recorder.close({ deadlineMs: Number.POSITIVE_INFINITY });
    await jest.advanceTimersByTimeAsync(200_000);
    expect([await closed, [...counted.keys()], refused]).toEqual([0, ['r0'], []]);
  });

  test('is what `await using` does', async () => {
    const { recorder, counted, send } = recorderOf();
    send(['r0']);
    await recorder[Symbol.asyncDispose]();
    expect([...counted.keys()]).toEqual(['r0']);
  });
});

describe('a store', () => {
  class FailingStore extends MemoryUsageStore {
    override readonly isDurable: boolean = true;
    readonly failing = new Set<'open' | 'append' | 'read' | 'remove' | 'close'>();
    fail(name: 'open' | 'append' | 'read' | 'remove' | 'close') {
      if (this.failing.has(name)) throw new Error(`${name} fails`);
    }
    override async open() {
      this.fail('open');
      return super.open();
    }
    override async append(records: readonly UsageRecordInput[]) {
      this.fail('append');
      return super.append(records);
    }
    override async read(limit: number, after?: number) {
      this.fail('read');
      return super.read(limit, after);
    }
    override async remove(some: readonly number[]) {
      this.fail('remove');
      return super.remove(some);
    }
    override async close() {
      this.fail('close');
    }
  }

  test.each(['open', 'append', 'read', 'remove'] as const)(
    'whose %s fails is tried again, and no record is lost',
    async (name) => {
      const store = new FailingStore();
      store.failing.add(name);
      const { recorder, counted, refused, failures, send } = recorderOf(undefined, { store });
      const kept = Promise.all(send(['r0', 'r1']));
      await jest.advanceTimersByTimeAsync(5_000);
      expect(recorder.pending).toBe(2);
      expect(failures.length).toBeGreaterThan(2);
      expect(failures[0]).toMatchObject({ error: new Error(`${name} fails`) });
      store.failing.clear();
      await jest.advanceTimersByTimeAsync(20_000);
      expect([await kept, recorder.pending, [...counted.values()], refused]).toEqual([[true, true], 0, [1, 1], []]);
    },
  );

  test('that lasts holds for the next recorder what was not acknowledged, and its own records come first', async () => {
    const store = new FailingStore();
    store.failing.add('close');
    const first = recorderOf(() => new Promise(() => {}), { store });
    await Promise.all(first.send(ids(0, 3)));
    const closed = first.recorder.close({ deadlineMs: 100 });
    await jest.advanceTimersByTimeAsync(100);
    expect([await closed, first.refused]).toEqual([3, []]);
    expect(first.failures).toMatchObject([{ error: new Error('close fails'), delayMs: null }]);

    const second = recorderOf(undefined, { store });
    await jest.advanceTimersByTimeAsync(0);
    expect(second.recorder.pending).toBe(3);
    second.send(['r3']);
    await second.recorder.flush();
    expect(second.batches).toEqual([ids(0, 4)]);
  });

  test('that keeps nothing before the recorder is closed is told of: true was never said', async () => {
    const store = new FailingStore();
    store.failing.add('append');
    const { recorder, refused, send } = recorderOf(undefined, { store });
    const kept = Promise.all(send(['r0']));
    const closed = recorder.close({ deadlineMs: 1_000 });
    await jest.advanceTimersByTimeAsync(1_000);
    expect([await kept, await closed, codes(refused)]).toEqual([[false], 0, [['r0', 'NOT_ACKNOWLEDGED']]]);
  });
});

test.each<[string, Partial<UsageRecorderOptions>]>([
  ['batchSize', { batchSize: 1_001 }],
  ['batchSize', { batchSize: 0 }],
  ['flushAfterMs', { flushAfterMs: Number.NaN }],
  ['maxPending', { maxPending: 1.5 }],
  ['onRefused', { onRefused: undefined as never }],
])('a recorder with a %s that cannot be is none: %j', (name, options) => {
  expect(() => recorderOf(undefined, options)).toThrow(new RegExp(`^${name} must be `));
});
