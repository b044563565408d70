/** External id of one of the copies, counted from 1. */
export const copyOf = (/** @type {string} */ organization, /** @type {number} */ number) => `${organization}-${number}`;

/**
 * Copies the one organization that there is so often, whatever its tables are: each copy's number stands in its UUIDs. The
 * copies of two versions of the service have the same ids.
 *
 * @param {import('pg').Client} client
 * @param {number} copies
 */
export async function copyOrganization(client, copies) {
  const { rows } = await client.query(`
    SELECT c.table_name AS "table", string_agg(c.column_name, ', ') AS names, string_agg(CASE
      WHEN c.data_type = 'uuid'
        THEN format('overlay(%s::text PLACING lpad(to_hex(number), 4, ''0'') FROM 25 FOR 4)::uuid', c.column_name)
      WHEN c.table_name = 'organizations' AND c.column_name = 'external_id' THEN 'external_id || ''-'' || number'
      ELSE c.column_name::text END, ', ') AS values
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' AND c.is_identity = 'NO'
    GROUP BY c.table_name
    HAVING c.table_name = 'organizations' OR bool_or(c.column_name = 'organization_id')`);
  // Without triggers, which have made what they keep already.
  await client.query('BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica');
  for (const { table, names, values } of rows) {
    await client.query(
      `INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table} CROSS JOIN generate_series(1, ${copies}) AS number`,
    );
  }
  await client.query('COMMIT');
  await client.query('VACUUM (ANALYZE)');
}
