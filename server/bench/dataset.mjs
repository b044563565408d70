/** External id of the organization of the data, as tokens name it. */
export const organization = 'bench';

/** And of a second one, where there is one. */
export const otherOrganization = 'bench-2';

/** Subject of the organization's admin. */
export const admin = 'admin';

/**
 * Subject of the person who is a member of so many workspaces.
 *
 * @param {number} workspaces
 */
export const memberOf = (workspaces) => `member-of-${workspaces}`;

/**
 * How much data there is.
 *
 * @typedef {object} Size
 * @property {number} workspaces
 * @property {number} users
 * @property {readonly number[]} memberships Each makes one person more, who is a member of so many workspaces and of two
 *   teams.
 * @property {readonly string[]} [organizations] External ids; each organization has all of it.
 */

/**
 * Fills an empty migrated database, every time with the same rows but for their times, which lie around now. There are
 * about ten members a workspace, one of them its owner, and twenty keys; one workspace in fifty belongs to a team.
 *
 * @param {import('pg').Client} client
 * @param {Size} size
 */
export async function fill(client, { organizations = [organization], ...size }) {
  for (const [number, name] of organizations.entries()) {
    await client.query(`BEGIN; SET LOCAL statement_timeout = 0; ${tables({ ...size, name, number })} COMMIT`);
  }
  await client.query('SET statement_timeout = 0');
  await client.query('VACUUM (ANALYZE)');
}

/**
 * The admin is user 0, then come the people of `memberships`, and then everybody else, among whom owners are. Keys to
 * search in and to compare are what the application makes of these names, which are plain but for the one letter.
 *
 * @param {Size & { name: string, number: number }} options
 */
function tables({ workspaces, users, memberships, name, number }) {
  const teams = Math.ceil(users / 25);
  const others = 1 + memberships.length;
  const people = memberships.map((count, index) => `(${1 + index}, '${memberOf(count)}', ${workspaces / count})`);
  return `
    -- Without triggers the load takes seconds, so the counts that they keep are set at the end.
    SET LOCAL session_replication_role = replica;

    CREATE OR REPLACE FUNCTION pg_temp.id(kind text, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
      RETURN (kind || '190000-000${number}-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
    CREATE OR REPLACE FUNCTION pg_temp.scatter(number bigint, below int) RETURNS int LANGUAGE sql IMMUTABLE
      RETURN (hashint8(number)::bigint & 2147483647) % below;
    CREATE TEMPORARY TABLE people (number, subject, spacing) ON COMMIT DROP AS VALUES ${people.join(', ')};

    INSERT INTO organizations (id, external_id) VALUES (pg_temp.id('01', 1), '${name}');
    INSERT INTO directories (organization_id) VALUES (pg_temp.id('01', 1));

    INSERT INTO users (id, organization_id, subject, name, search_key, email, organization_role)
      SELECT pg_temp.id('02', n), pg_temp.id('01', 1),
        CASE WHEN n = 0 THEN '${admin}' ELSE coalesce(p.subject, 'user-' || n) END,
        person.name, translate(lower(person.name), 'ö', 'o') || chr(31) || email,
        email, CASE WHEN n = 0 THEN 'ADMIN' ELSE 'MEMBER' END
      FROM generate_series(0, ${users - 1}) AS n LEFT JOIN people p ON p.number = n CROSS JOIN LATERAL (
        SELECT 'user-' || n || '@example.com' AS email,
          (ARRAY['Ada', 'Björn', 'Chipo', 'Dana', 'Emeka', 'Farah', 'Goran'])[1 + n % 7] || ' ' || md5(n::text) AS name
      ) AS person;

    INSERT INTO teams (id, organization_id, name, name_key, search_key)
      SELECT pg_temp.id('03', n), pg_temp.id('01', 1), 'Team ' || n, 'team ' || n, 'team ' || n FROM generate_series(0, ${teams - 1}) AS n;

    INSERT INTO team_memberships (team_id, user_id, organization_id)
      SELECT pg_temp.id('03', team), pg_temp.id('02', n), pg_temp.id('01', 1) FROM (
        SELECT n, n % ${teams} AS team FROM generate_series(0, ${users - 1}) AS n
        UNION SELECT number, (number + ${memberships.length}) % ${teams} FROM people
      ) AS pair;

    -- Names begin with a hash, so that their order is not that of creation.
    INSERT INTO workspaces (id, organization_id, name, name_key, search_key, owner_user_id, owner_team_id, environment,
        status, region, monthly_budget, created_at, updated_at, review_reason, review_requested_at,
        review_requested_by_name)
      SELECT pg_temp.id('04', n), pg_temp.id('01', 1), name, lower(name), lower(name),
        CASE WHEN n % 50 <> 49 THEN pg_temp.id('02', ${others} + n % ${users - others}) END,
        CASE WHEN n % 50 = 49 THEN pg_temp.id('03', n / 50 % ${teams}) END,
        (ARRAY['PRODUCTION', 'STAGING', 'SANDBOX'])[1 + n % 3], CASE WHEN n % 25 = 0 THEN 'REVIEW' ELSE 'ACTIVE' END,
        (ARRAY['GLOBAL', 'US', 'EU', 'RWANDA'])[1 + n / 3 % 4], round(pg_temp.scatter(n, 100000) * 1.37, 2), at, at,
        CASE WHEN n % 25 = 0 THEN 'Regular review' END, CASE WHEN n % 25 = 0 THEN at END,
        CASE WHEN n % 25 = 0 THEN 'Ada' END
      FROM generate_series(0, ${workspaces - 1}) AS n, LATERAL (
        SELECT now() - n * interval '1 minute' AS at, left(md5(n::text), 8) || ' Assistant ' || n AS name
      ) AS made;

    INSERT INTO members (id, organization_id, workspace_id, workspace_name, user_id, role, joined_at)
      SELECT pg_temp.id('05', row_number() OVER ()), pg_temp.id('01', 1), w.id, w.name, pg_temp.id('02', number),
        (ARRAY['ADMIN', 'MEMBER', 'MEMBER', 'VIEWER'])[1 + place % 4], w.created_at + place * interval '1 second'
      FROM (
        SELECT n, number, min(place) AS place FROM (
          SELECT n, ${others} + n % ${users - others} AS number, 0 AS place
            FROM generate_series(0, ${workspaces - 1}) AS n WHERE n % 50 <> 49
          UNION ALL SELECT n, ${others} + pg_temp.scatter(n * 16 + place, ${users - others}), place
            FROM generate_series(0, ${workspaces - 1}) AS n, generate_series(1, 9) AS place
          UNION ALL SELECT n, number, 10
            FROM people, generate_series(spacing - 1, ${workspaces - 1}, spacing) AS n
        ) AS member GROUP BY n, number
      ) AS member JOIN workspaces w ON w.organization_id = pg_temp.id('01', 1) AND w.id = pg_temp.id('04', n);

    -- One key in ten has expired, another will; some did so within this hour, after they were counted.
    INSERT INTO virtual_keys (id, organization_id, workspace_id, name, search_key, last_four, status, created_by_id,
        created_at, last_used_at, expires_at, revoked_at)
      SELECT pg_temp.id('06', n), pg_temp.id('01', 1), pg_temp.id('04', n % ${workspaces}), 'Key ' || n, 'key ' || n,
        left(md5(n::text), 4),
        (ARRAY['ACTIVE', 'ACTIVE', 'ACTIVE', 'DISABLED', 'REVOKED'])[1 + pg_temp.scatter(n, 5)],
        pg_temp.id('02', n % ${users}), now() - (n % 997 + 1) * interval '1 day',
        CASE WHEN pg_temp.scatter(n + 3, 4) > 0 THEN now() - pg_temp.scatter(n + 4, 200) * interval '1 day' END,
        CASE pg_temp.scatter(n + 1, 10)
          WHEN 0 THEN now() - pg_temp.scatter(n + 2, 500) * interval '30 minutes'
          WHEN 1 THEN now() + pg_temp.scatter(n + 2, 90) * interval '1 day'
        END, CASE WHEN pg_temp.scatter(n, 5) = 4 THEN now() END
      FROM generate_series(0, ${workspaces * 20 - 1}) AS n;

    INSERT INTO audit_events (id, organization_id, workspace_id, action, actor_kind, actor_id, actor_name, occurred_at)
      SELECT pg_temp.id('07', n), pg_temp.id('01', 1), pg_temp.id('04', n % ${workspaces}),
        (ARRAY['workspace.settings_updated', 'virtual_key.created', 'virtual_key.rotated'])[1 + n / ${workspaces} % 3],
        'USER', pg_temp.id('02', n % ${users}), 'Somebody', now() - n * interval '1 second'
      FROM generate_series(0, ${workspaces * 10 - 1}) AS n;

    UPDATE workspaces w SET member_count = members.count FROM (
      SELECT workspace_id, count(*) FROM members GROUP BY workspace_id
    ) AS members WHERE w.organization_id = pg_temp.id('01', 1) AND w.id = members.workspace_id;
    UPDATE workspaces w SET active_key_count = keys.count, next_key_expires_at = keys.next_expires_at FROM (
      SELECT workspace_id, count(*), min(expires_at) AS next_expires_at FROM virtual_keys
      WHERE status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > now() - interval '1 hour') GROUP BY workspace_id
    ) AS keys WHERE w.organization_id = pg_temp.id('01', 1) AND w.id = keys.workspace_id;

    INSERT INTO active_workspaces (user_id, organization_id, workspace_id)
      SELECT pg_temp.id('02', number), pg_temp.id('01', 1), pg_temp.id('04', spacing - 1) FROM people
      UNION ALL SELECT pg_temp.id('02', 0), pg_temp.id('01', 1), pg_temp.id('04', 0);`;
}
