import type { Database } from '../database/database.js';

/** Everything in the database, a digest of the rows for each table: two that are equal say that nothing changed. */
export async function databaseContent(database: Database): Promise<Record<string, string>> {
  const tables = await database.rows<{ name: string }>({
    text: `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    values: [],
  });
  const digests = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))
         AS digest FROM ${name} t`,
  );
  const rows = await database.rows<{ name: string; digest: string }>({ text: digests.join(' UNION ALL '), values: [] });
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
