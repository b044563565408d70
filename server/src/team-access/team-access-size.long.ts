import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { databaseContent } from '../testing/database-content.js';
import { changed, newAdmin, sync, team, user } from '../testing/directory.js';
import { eventually } from '../testing/eventually.js';
import { isDistributed } from '../testing/plain-postgres.js';
import { server, useServer } from '../testing/use-server.js';
import { connect } from '../testing/waiting.js';

// One connection, so that it is the same one that has known the tables while they were small.
useServer({ DATABASE_POOL_SIZE: '1' });

let watcher: pg.Client;
beforeAll(async () => {
  watcher = await connect(server.databaseUrl);
});
afterAll(() => watcher.end());

test('10,000 users in 10,000 teams are brought in line by one call, and the same again changes nothing', async () => {
  const admin = await newAdmin();
  await watcher.query('ANALYZE');
  expect(await sync(admin, directoryOf(20, 'early'))).toEqual(changed(20, 20));

  const directory = directoryOf(10_000, 'late');
  const blocks = await blocksRead(async () => {
    expect(await sync(admin, directory)).toEqual(changed(10_000, 10_000));
  });
  // Some twenty for each of 100,000 places in teams; a table read whole for each would make it 90 or more.
  expect(blocks).toBeLessThan(50 * 100_000);
  const before = await databaseContent(server.database);
  expect(await sync(admin, directory)).toEqual(changed(0, 0));
  expect(await databaseContent(server.database)).toEqual(before);

  const next = {
    users: directory.users.map((each) => ({ ...each, active: false })),
    teams: directory.teams.map((each, index) => ({
      ...each,
      name: directory.teams[(index + 1) % 10_000]?.name ?? '',
      subjects: each.subjects.slice(5),
    })),
  };
  expect(await sync(admin, next)).toEqual(changed(10_000, 10_000));
}, 600_000);

/** As many users as teams, each user in some ten of them. */
function directoryOf(size: number, prefix: string) {
  const indices = Array.from({ length: size }, (_, index) => index);
  return {
    users: indices.map((index) => user(`${prefix} ${index}`)),
    teams: indices.map((index) =>
      team(
        `${prefix} ${index}`,
        Array.from({ length: 10 }, (_, place) => `${prefix} ${(index * 7 + place * 13) % size}`),
      ),
    ),
  };
}

/** What was looked at and inserted on this node, or on all nodes that have rows. */
const countOnNode = `SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)) AS blocks,
    sum(n_tup_ins) AS inserted
  FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid)`;
const countOnNodes = `SELECT sum((result::json->>'blocks')::numeric) AS blocks,
    sum((result::json->>'inserted')::numeric) AS inserted
  FROM run_command_on_workers($$SELECT row_to_json(node) FROM (${countOnNode}) AS node$$)`;

/** How often the work looks at a block of a table or index; PostgreSQL tells about a second after a transaction. */
async function blocksRead(work: () => Promise<void>): Promise<number> {
  const count = async () => {
    const { rows } = await watcher.query<{ blocks: string; inserted: string }>(
      isDistributed ? countOnNodes : countOnNode,
    );
    return { blocks: Number(rows[0]?.blocks), inserted: Number(rows[0]?.inserted) };
  };
  const before = await count();
  await work();
  const after = await eventually(async () => {
    const now = await count();
    expect(now.inserted - before.inserted).toBeGreaterThan(100_000);
    return now;
  });
  return after.blocks - before.blocks;
}
