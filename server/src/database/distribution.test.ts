import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { createDatabase } from '../testing/test-server.js';
import { connect } from '../testing/waiting.js';

/**
 * What the tables have to be like so that a distributed PostgreSQL can keep each organization on one shard; what is asked
 * of statements is in `testing/statement-lint.ts`.
 */

let client: pg.Client;
beforeAll(async () => {
  client = await connect(await createDatabase());
});
afterAll(() => client.end());

interface Rule {
  readonly says: string;
  /** SQL that names, as `what`, everything that breaks the rule; `tenant` are the tables with an `organization_id`. */
  readonly broken: string;
  /** SQL that breaks it, and what is named then. */
  readonly example: readonly [sql: string, what: string];
}

const rules: readonly Rule[] = [
  {
    says: 'every primary key and every unique key of a tenant’s table begins with organization_id',
    broken: `SELECT i.indexrelid::regclass::text AS what FROM pg_index i JOIN tenant t ON t.oid = i.indrelid
      WHERE i.indisunique AND i.indkey[0] <> t.organization_id`,
    example: ['CREATE UNIQUE INDEX teams_external ON teams (external_id, organization_id)', 'teams_external'],
  },
  {
    says: 'every foreign key of a tenant’s table begins with organization_id, on both sides',
    broken: `SELECT k.conname AS what FROM pg_constraint k JOIN tenant t ON t.oid = k.conrelid
      LEFT JOIN tenant other ON other.oid = k.confrelid
      WHERE k.contype = 'f' AND NOT (k.conkey[1] = t.organization_id
        AND (k.confrelid = 'organizations'::regclass OR k.confkey[1] IS NOT DISTINCT FROM other.organization_id))`,
    example: [
      `ALTER TABLE teams ADD maker uuid, ADD CONSTRAINT teams_maker FOREIGN KEY (maker, organization_id)
         REFERENCES users (id, organization_id)`,
      'teams_maker',
    ],
  },
  {
    says: 'no table of the service refers to a tenant’s',
    broken: `SELECT k.conname AS what FROM pg_constraint k JOIN tenant t ON t.oid = k.confrelid
      WHERE k.contype = 'f' AND k.conrelid NOT IN (SELECT oid FROM tenant)`,
    example: [
      `ALTER TABLE organizations ADD admin uuid,
         ADD CONSTRAINT organizations_admin FOREIGN KEY (id, admin) REFERENCES users (organization_id, id)`,
      'organizations_admin',
    ],
  },
  {
    says: 'no table but organizations, migrations and jobs belongs to no organization',
    broken: `SELECT relname AS what FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND oid NOT IN (SELECT oid FROM tenant) AND relname NOT IN ('organizations', 'migrations', 'jobs')`,
    example: ['CREATE TABLE models (id uuid PRIMARY KEY)', 'models'],
  },
  {
    says: 'no policy has a subquery',
    broken: `SELECT polrelid::regclass || ': ' || polname AS what FROM pg_policy
      WHERE concat(polqual::text, polwithcheck::text) LIKE '%{SUBLINK%'`,
    example: [
      `CREATE POLICY own_team ON users USING (EXISTS (SELECT FROM team_memberships tm WHERE tm.user_id = id))`,
      'users: own_team',
    ],
  },
  {
    says: 'no function in SQL with parameters reads a tenant’s table',
    broken: `SELECT p.oid::regprocedure::text AS what FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
      WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'sql' AND p.pronargs > 0 AND EXISTS (
        SELECT FROM tenant t WHERE concat(pg_get_function_sqlbody(p.oid), p.prosrc) ~ ('\\m' || t.relname || '\\M'))`,
    example: [
      `CREATE FUNCTION team_name(team uuid) RETURNS text STABLE LANGUAGE sql
         RETURN (SELECT name FROM teams WHERE id = team)`,
      'team_name(uuid)',
    ],
  },
  {
    says: 'every table that a function in PL/pgSQL works with is held to its parameter `organization`',
    broken: `SELECT p.proname || ': ' || used[1] || ' ' || used[2] AS what
      FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
      CROSS JOIN LATERAL regexp_matches(p.prosrc, '\\m(?:FROM|JOIN|USING|UPDATE|INTO) (\\w+) (?:AS )?(\\w+)', 'g') AS used
      WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql'
        AND used[1] IN (SELECT relname FROM tenant)
        AND p.prosrc !~ ('\\m' || used[2] || '\\.organization_id = organization\\M')`,
    example: [
      `CREATE FUNCTION touch_teams(organization uuid) RETURNS void LANGUAGE plpgsql AS $$
       BEGIN
         UPDATE teams t SET name = u.name FROM users u
           WHERE t.organization_id = organization AND u.organization_id = t.organization_id;
       END $$`,
      'touch_teams: users u',
    ],
  },
];

async function brokenOf({ broken }: Rule): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `WITH tenant AS (
       SELECT c.oid, c.relname, a.attnum AS organization_id FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
     ) ${broken} ORDER BY 1`,
  );
  return rows.map(({ what }) => what);
}

onPlainPostgres('what would break a rule is refused there', () => {
  describe('in the database', () => {
    test.each(rules.map((rule) => [rule.says, rule] as const))('%s', async (_says, rule) => {
      expect(await brokenOf(rule)).toEqual([]);
      // And it would be told.
      const [sql, what] = rule.example;
      await client.query('BEGIN');
      await client.query(sql);
      const broken = await brokenOf(rule);
      await client.query('ROLLBACK');
      expect(broken).toEqual([what]);
    });
  });
});
