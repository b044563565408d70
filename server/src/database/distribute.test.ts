import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../config.js';
import { isDistributed, onPlainPostgres } from '../testing/plain-postgres.js';
import { createDatabase, createEmptyDatabase } from '../testing/test-server.js';
import { connect } from '../testing/waiting.js';
import { distribute } from './distribute.js';

onPlainPostgres('it has the extension', () => {
  test('distribute says of a PostgreSQL without Citus what is missing, and leaves it as it is', async () => {
    const url = await createEmptyDatabase();
    const refused = await distribute(url).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as Error).message).toMatch(/^DATABASE_URL expects .* CREATE EXTENSION citus: .*\.$/);
    const client = await connect(url);
    const { rowCount } = await client.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`);
    await client.end();
    expect(rowCount).toBe(0);
  });
});

/** What only a database of several nodes shows; the run's setup has distributed it. */
const onNodes = isDistributed ? describe : describe.skip;

onNodes('on the nodes of TEST_DATABASE_URL', () => {
  test('every table of tenants lies by its organization beside the others, organizations on all of them', async () => {
    const client = await connect(await createDatabase());
    const { rows } = await client.query<{ name: string; place: string }>(
      `SELECT c.relname AS name,
         CASE t.citus_table_type WHEN 'distributed' THEN t.distribution_column || ' ' || t.colocation_id
           ELSE coalesce(t.citus_table_type, 'the coordinator alone') END AS place
       FROM pg_class c LEFT JOIN citus_tables t ON t.table_name = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')`,
    );
    await client.end();
    const places = new Map(rows.map(({ name, place }) => [name, place]));
    const beside = places.get('workspaces');
    expect(beside).toMatch(/^organization_id \d+$/);
    const others = [...places].filter(([, place]) => place !== beside);
    expect(Object.fromEntries(others)).toEqual({
      organizations: 'reference',
      jobs: 'the coordinator alone',
      migrations: 'the coordinator alone',
    });
  });

  test('distribute does nothing when it is run again', async () => {
    expect(await distribute(await createDatabase())).toEqual({ migrations: [], tables: [], settings: [] });
  });
});
