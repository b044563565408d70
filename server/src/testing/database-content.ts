import type { Database } from '../database/database.js';

/** SQL for a digest of rows in any order, which the nodes of a cluster work out each for its own. */
const digestOf = (text: string) => `coalesce(sum(hashtextextended(${text}, 0)), 0)::text`;

/** What is read of every table, and its statement for each database, whose tables stay the same under the tests. */
interface Content {
  readonly name: string;
  /** SQL for those that are read, of `pg_class c`. */
  readonly tables: string;
  readonly select: (table: string) => string;
  readonly statements: WeakMap<Database, Promise<string>>;
}

const everything: Content = {
  name: 'content',
  tables: '',
  select: (table) =>
    `SELECT '${table}' AS name,
       count(*) || ' rows, ' || ${digestOf(`(to_jsonb(t) - '{synced_at,sync_wanted_until}'::text[])::text`)} AS digest
     FROM ${table} t`,
  statements: new WeakMap(),
};

const ofOrganizations: Content = {
  name: 'content by organization',
  tables: `AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id')`,
  select: (table) =>
    `SELECT '${table}' AS name, organization_id AS organization, ${digestOf('t::text')} AS digest
     FROM ${table} t GROUP BY organization_id`,
  statements: new WeakMap(),
};

async function read<Row extends object>(database: Database, content: Content): Promise<Row[]> {
  const { name, statements } = content;
  const text = statements.get(database) ?? statementOf(database, content);
  statements.set(database, text);
  // By its name, so that it is planned once: that takes longer than the rows of most tests.
  return database.rows<Row>({ name, text: await text, values: [] });
}

async function statementOf(database: Database, { tables, select }: Content): Promise<string> {
  const rows = await database.rows<{ name: string }>({
    text: `SELECT quote_ident(relname) AS name FROM pg_class c
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ${tables}`,
    values: [],
  });
  return rows.map(({ name }) => select(name)).join(' UNION ALL ');
}

/**
 * Everything in the database, a digest of the rows for each table: two that are equal say that nothing changed. When a
 * directory was last synced is left out, because a sync that changes nothing keeps it too.
 */
export async function databaseContent(database: Database): Promise<Record<string, string>> {
  const rows = await read<{ name: string; digest: string }>(database, everything);
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** The rows of each organization, a digest of them for each table, by the organization's UUID. */
export async function contentByOrganization(database: Database): Promise<Record<string, Record<string, string>>> {
  const rows = await read<{ name: string; organization: string; digest: string }>(database, ofOrganizations);
  const content: Record<string, Record<string, string>> = {};
  for (const { name, organization, digest } of rows)
    content[organization] = { ...content[organization], [name]: digest };
  return content;
}
