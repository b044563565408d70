import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { compileServer, type ProcessOfServer, startProcess } from '../testing/compiled-server.js';
import { authorize, differencesOf, newTraffic, rowsOf, usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';
import { repairUsage } from './usage-repair.js';

jest.setTimeout(180_000);

useServer();

let compiled: Awaited<ReturnType<typeof compileServer>>;
beforeAll(async () => {
  compiled = await compileServer();
});
afterAll(() => compiled.remove());

const mutation =
  'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { recorded duplicates userErrors { field } } }';

interface Recorded {
  readonly recorded: number;
  readonly duplicates: number;
}

/** Sends a batch to the server until it has an answer from any. @returns the answers' sums; nothing for one that was lost. */
async function send(
  processes: readonly ProcessOfServer[],
  token: string,
  records: readonly object[],
): Promise<Recorded> {
  for (let attempt = 0; ; attempt++) {
    const { endpoint } = processes[attempt % processes.length] as ProcessOfServer;
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: mutation, variables: { input: { records } } }),
      });
      const { data } = (await response.json()) as { data?: { recordUsage: Recorded | null } };
      if (data?.recordUsage != null) return data.recordUsage;
    } catch {
      // It was killed, or its connection to the database was.
    }
    if (attempt === 200) throw new Error('Nobody answers.');
    await delay(50);
  }
}

test('servers and connections that are killed in the middle lose nothing that was acknowledged, and nothing counts twice', async () => {
  const traffic = await newTraffic({ timeZone: 'America/Havana' }, { monthlyBudget: '1000.00' });
  const { configurationId: llmConfigurationId, workspaceId } = traffic;
  const records = Array.from({ length: 6_000 }, (_, index) =>
    usage(traffic, {
      llmConfigurationId,
      latencyMs: index,
      occurredAt: new Date(Date.now() - index * 400_000).toISOString(),
    }),
  );
  for (const { requestId } of records.slice(0, 50)) await authorize(traffic, { requestId });
  const [first, second] = await Promise.all([1, 2].map(() => startProcess(compiled.folder, server.databaseUrl)));
  if (first === undefined || second === undefined) throw new Error('There are no servers.');
  try {
    let acknowledged = 0;
    const writers = [[first, second], [second], [second, first], [first, second]].map(async (processes, writer) => {
      // Of each batch half is also in the next writer's.
      for (let start = writer * 750; start < records.length; start += 1_500) {
        const { recorded, duplicates } = await send(
          processes,
          traffic.gateway.token,
          records.slice(start, start + 1_500).slice(0, 1_000),
        );
        acknowledged += recorded;
        expect(recorded + duplicates).toBe(Math.min(1_000, records.length - start));
      }
    });
    const chaos = (async () => {
      await delay(300);
      await first.kill('SIGKILL');
      for (let times = 0; times < 5; times++) {
        await delay(200);
        await server.database.rows({
          text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%record_usage%' AND pid <> pg_backend_pid()`,
          values: [],
        });
      }
    })();
    await Promise.all([...writers, chaos]);
    expect(acknowledged).toBeLessThanOrEqual(records.length);
    // All of it once more, as a gateway does that has kept what it was not told of.
    for (let start = 0; start < records.length; start += 1_000) {
      const { recorded, duplicates } = await send([second], traffic.gateway.token, records.slice(start, start + 1_000));
      expect(recorded + duplicates).toBe(1_000);
    }
    expect(await rowsOf(workspaceId, 'usage_records', 'count(*), count(DISTINCT request_id) AS ids')).toEqual([
      { count: '6000', ids: '6000' },
    ]);
    expect(await rowsOf(workspaceId, 'usage_hours', 'sum(requests)')).toEqual([{ sum: '6000' }]);
    expect(await rowsOf(workspaceId, 'workspace_ledgers', 'reserved::float8')).toEqual([{ reserved: 0 }]);
    expect(await differencesOf(workspaceId)).toEqual([]);
    expect(await repairUsage(server.database)).toEqual({ ledgers: 0, rollups: 0 });
  } finally {
    await Promise.all([first.kill('SIGKILL'), second.kill('SIGTERM')]);
  }
});
