import type { Database } from '../database/database.js';

/** SQL for a digest of rows in any order, which the nodes of a cluster work out each for its own. */
const digestOf = (text: string) => `coalesce(sum(hashtextextended(${text}, 0)), 0)::text`;

/**
 * Everything in the database, a digest of the rows for each table: two that are equal say that nothing changed. When a
 * directory was last synced is left out, because a sync that changes nothing keeps it too.
 */
export async function databaseContent(database: Database): Promise<Record<string, string>> {
  const tables = await database.rows<{ name: string }>({
    text: `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    values: [],
  });
  const digests = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name,
         count(*) || ' rows, ' || ${digestOf(`(to_jsonb(t) - '{synced_at,sync_wanted_until}'::text[])::text`)} AS digest
       FROM ${name} t`,
  );
  const rows = await database.rows<{ name: string; digest: string }>({ text: digests.join(' UNION ALL '), values: [] });
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** The rows of each organization, a digest of them for each table, by the organization's UUID. */
export async function contentByOrganization(database: Database): Promise<Record<string, Record<string, string>>> {
  const tables = await database.rows<{ name: string }>({
    text: `SELECT quote_ident(table_name) AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'organization_id'`,
    values: [],
  });
  const digests = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, organization_id AS organization, ${digestOf('t::text')} AS digest
       FROM ${name} t GROUP BY organization_id`,
  );
  const rows = await database.rows<{ name: string; organization: string; digest: string }>({
    text: digests.join(' UNION ALL '),
    values: [],
  });
  const content: Record<string, Record<string, string>> = {};
  for (const { name, organization, digest } of rows)
    content[organization] = { ...content[organization], [name]: digest };
  return content;
}
