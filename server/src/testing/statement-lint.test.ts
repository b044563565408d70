import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { sql } from '../database/sql.js';
import { onPlainPostgres } from './plain-postgres.js';
import { lintStatements, openScans, tenantTables } from './statement-lint.js';
import { createDatabase, newOrganization, person, startTestServer } from './test-server.js';
import { connect } from './waiting.js';

onPlainPostgres('a coordinator does not tell what is scanned on its nodes', () => {
  let databaseUrl: string;
  let client: pg.Client;
  let tenants: ReadonlySet<string>;
  beforeAll(async () => {
    databaseUrl = await createDatabase();
    client = await connect(databaseUrl);
    tenants = await tenantTables(client);
  });
  afterAll(() => client.end());

  const held = 'SELECT w.name FROM workspaces w WHERE w.organization_id = $1';

  describe('a statement that forgets the organization is told by the tables that it scans:', () => {
    test.each<[string, string, string[]]>([
      ['in FROM', 'SELECT name FROM workspaces WHERE id = $1', ['workspaces']],
      ['in a join', `${held} AND EXISTS (SELECT FROM members m WHERE m.workspace_id = w.id)`, ['members']],
      [
        'in a join by the other table’s column',
        'SELECT FROM workspaces w LEFT JOIN members m ON m.organization_id = w.organization_id WHERE w.id = $1',
        ['members', 'workspaces'],
      ],
      [
        'in a subquery of SELECT',
        `SELECT (SELECT count(*) FROM members m WHERE m.workspace_id = w.id) FROM workspaces w WHERE w.organization_id = $1`,
        ['members'],
      ],
      [
        'in a subquery that is worked out once',
        `${held} AND w.id = (SELECT max(id::text)::uuid FROM teams)`,
        ['teams'],
      ],
      ['in a CTE', 'WITH t AS MATERIALIZED (SELECT id FROM teams) SELECT FROM t', ['teams']],
      ['in a branch of a UNION', `${held} UNION ALL SELECT name FROM teams`, ['teams']],
      [
        'in a LATERAL',
        `SELECT FROM unnest($1::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT FROM virtual_keys k WHERE k.workspace_id = p.id LIMIT 1) AS k`,
        ['virtual_keys'],
      ],
      ['in an UPDATE', 'UPDATE workspaces SET version = 2 WHERE id = $1', ['workspaces']],
      [
        'in what an UPDATE is joined to',
        `UPDATE users u SET name = t.name FROM teams t WHERE u.organization_id = $1`,
        ['teams'],
      ],
      ['in a DELETE', 'DELETE FROM members WHERE user_id = $1', ['members']],
      [
        'in an INSERT that selects',
        'INSERT INTO team_memberships (organization_id, team_id, user_id) SELECT $1, t.id, $2 FROM teams t',
        ['teams'],
      ],
      ['where a value stands in the text', `SELECT FROM teams WHERE organization_id = '${'0'.repeat(32)}'`, ['teams']],
    ])('%s', async (_where, text, tables) => {
      expect(await openScans(client, tenants, text)).toEqual(tables);
    });
  });

  describe('is fine:', () => {
    test.each([
      ['a table that is held to a value', held],
      ['a change that is', 'UPDATE workspaces w SET version = 2 WHERE w.id = $2 AND $1 = w.organization_id'],
      [
        'a table that is joined by the same value',
        `${held} AND EXISTS (SELECT FROM members m WHERE m.organization_id = $1 AND m.workspace_id = w.id)`,
      ],
      ['what belongs to no organization', 'SELECT id FROM organizations UNION ALL SELECT NULL FROM jobs'],
      ['new rows', 'INSERT INTO teams (id, organization_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'],
    ])('%s', async (_what, text) => {
      expect(await openScans(client, tenants, text)).toEqual([]);
    });
  });

  test('the statements of a file are complained of with their texts, and so is one that has no plan', async () => {
    await lintStatements(databaseUrl, [held, 'SET LOCAL statement_timeout = 1']);
    const open = 'SELECT id FROM teams WHERE name = $1';
    const wrong = 'SELECT nothing FROM teams';
    await expect(lintStatements(databaseUrl, [held, open, wrong])).rejects.toThrow(
      `Statements that are not held to one organization:\n\nteams without organization_id = $n:\n${open}\n\n` +
        `no plan (column "nothing" does not exist):\n${wrong}`,
    );
    // Also where an earlier file has sent it.
    await expect(lintStatements(databaseUrl, [open])).rejects.toThrow(open);
  });

  test('a server fails the tests that have it send such a statement, and no other', async () => {
    const server = await startTestServer();
    await person(server, { sub: 'ada', org: newOrganization(), teams: ['core'] });
    await server.database.rows({ text: 'SELECT email FROM users', values: [] });
    await server.database.rows(sql`SELECT subject FROM users`);
    const complaint = await server.close().catch((error: Error) => error.message);
    expect(complaint).toBe(
      'Statements that are not held to one organization:\n\nusers without organization_id = $n:\nSELECT subject FROM users',
    );
  });
});
