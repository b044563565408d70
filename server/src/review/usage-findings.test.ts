import { describe, expect, test } from '@jest/globals';
import { changeLedger, newSpender, type Spender, type Spending, spend, updateSettings } from '../testing/budgets.js';
import { mutate, run } from '../testing/fixtures.js';
import { insertWorkspaces, organizationOf, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect } from '../testing/waiting.js';

/** What a review finds in what was used and spent. */

useServer();

const query = 'query ($id: ID!) { workspace(id: $id) { reviewFindings { code severity message virtualKey { id } } } }';

interface Finding {
  readonly code: string;
  readonly severity: string;
}

async function findingsOf({ owner, workspaceId }: Spender): Promise<readonly Finding[]> {
  const { workspace } = await run<{ workspace: { reviewFindings: Finding[] } }>(server, owner, query, {
    id: workspaceId,
  });
  return workspace.reviewFindings;
}

const codesOf = async (spender: Spender) => (await findingsOf(spender)).map(({ code }) => code);

const spent = {
  code: 'BUDGET_SPENT',
  severity: 'HIGH',
  message: 'The budget of this month is spent.',
  virtualKey: null,
};
const nearlySpent = {
  code: 'BUDGET_NEARLY_SPENT',
  severity: 'MEDIUM',
  message: 'The budget of this month is nearly spent.',
  virtualKey: null,
};
const testTraffic = {
  code: 'TEST_TRAFFIC',
  severity: 'MEDIUM',
  message: 'Requests tagged as tests came to this production workspace within the last 30 days.',
  virtualKey: null,
};

describe('of a budget', () => {
  test('BUDGET_NEARLY_SPENT stands from the lowest threshold on, and not beside BUDGET_SPENT', async () => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    await spend(spender, '7.99999999');
    expect(await findingsOf(spender)).toEqual([]);
    await spend(spender, '0.00000001');
    expect(await findingsOf(spender)).toEqual([nearlySpent]);
    await spend(spender, '1.99999999');
    expect(await findingsOf(spender)).toEqual([nearlySpent]);
    await spend(spender, '0.00000001');
    expect(await findingsOf(spender)).toEqual([spent]);
    await updateSettings(spender.owner, spender.workspaceId, { monthlyBudget: '20.00' });
    expect(await findingsOf(spender)).toEqual([]);
  });

  test.each([
    ['a threshold of its own', { budgetAlertThresholds: [30, 20] }, '2', ['BUDGET_NEARLY_SPENT']],
    ['no threshold', { budgetAlertThresholds: [] }, '9.99', []],
    ['no threshold, and all of it spent', { budgetAlertThresholds: [] }, '10', ['BUDGET_SPENT']],
    ['a threshold above the limit', { budgetAlertThresholds: [150] }, '12', ['BUDGET_SPENT']],
    ['a limit of 0, and nothing spent', { monthlyBudget: '0.00' }, '0', []],
    ['a limit of 0, and something spent', { monthlyBudget: '0.00' }, '0.01', ['BUDGET_SPENT']],
  ])('with %s', async (_what, settings, cost, codes) => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    await updateSettings(spender.owner, spender.workspaceId, settings);
    await spend(spender, cost);
    expect(await codesOf(spender)).toEqual(codes);
  });

  test('what is held counts for nothing, nor does a month that is over', async () => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    await changeLedger(spender.workspaceId, 'reserved = 10');
    expect(await findingsOf(spender)).toEqual([]);
    await changeLedger(spender.workspaceId, 'reserved = 0');
    await spend(spender, '10');
    await changeLedger(
      spender.workspaceId,
      `period_start = period_start - interval '31 days', period_end = period_start`,
    );
    expect(await findingsOf(spender)).toEqual([]);
  });
});

/** A production workspace in order: two people manage it, and its key ends. */
async function newProduction(): Promise<Spender> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const spender = await newSpender({ environment: 'PRODUCTION' }, { expiresAt });
  await setRole(server, [spender.workspaceId], await person(server, { sub: 'second', org: spender.org }), 'ADMIN');
  return spender;
}

describe('TEST_TRAFFIC', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const codesWith = async (spending: Spending) => {
    const spender = await newProduction();
    await spend(spender, '0', spending);
    return codesOf(spender);
  };

  test('is a request with a tag of tests in a production workspace', async () => {
    const spender = await newProduction();
    expect(await findingsOf(spender)).toEqual([]);
    await spend(spender, '0', { tags: ['team:search', 'test'] });
    expect(await findingsOf(spender)).toEqual([testTraffic]);
    const input = { workspaceId: spender.workspaceId, expectedVersion: 1, environment: 'STAGING' };
    await mutate(server, spender.owner, { name: 'updateWorkspaceSettings', input, fields: '' });
    expect(await findingsOf(spender)).toEqual([]);
  });

  test.each(['test', 'tests', 'testing', 'TEST', 'Testing', 'test:', 'test:load', 'TeSt:a b'])(
    'is one tagged %j',
    async (tag) => {
      expect(await codesWith({ tags: [tag] })).toEqual(['TEST_TRAFFIC']);
    },
  );

  test('is none that is tagged otherwise', async () => {
    const tags = [
      'tester',
      'latest',
      'testing:x',
      'contest:x',
      'tests:1',
      ' test',
      'test ',
      'tes',
      'env:test',
      'testest',
    ];
    expect(await codesWith({ tags })).toEqual([]);
  });

  test('is none older than 30 days', async () => {
    expect(await codesWith({ tags: ['test'], occurredAt: daysAgo(30.01) })).toEqual([]);
    expect(await codesWith({ tags: ['test'], occurredAt: daysAgo(29.99) })).toEqual(['TEST_TRAFFIC']);
  });

  test('is told by an index of such tags alone, however many others there are', async () => {
    const spender = await newProduction();
    const client = await connect(server.databaseUrl);
    const { statements } = await recordStatements(() => findingsOf(spender));
    const text = statements.find((statement) => statement.includes('TEST_TRAFFIC')) ?? '';
    const values = [await organizationOf(server, spender.workspaceId), uuidOf(spender.workspaceId)];
    await client.query({
      text: `INSERT INTO usage_record_tags SELECT $1, $2, 'tag ' || n, new_id_at(now() - n * interval '4 minutes')
        FROM generate_series(1, 20000) AS n`,
      values,
    });
    await client.query('ANALYZE usage_record_tags');
    await client.query(`PREPARE findings AS ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE findings (${await parametersOf(text)})`,
    );
    const filled = await client.query<{ name: string }>(
      'SELECT DISTINCT tableoid::regclass::text AS name FROM usage_record_tags',
    );
    await client.end();
    const scans = rows
      .map((row) => row['QUERY PLAN'])
      .filter((line) => filled.rows.some(({ name }) => line.includes(`${name} `)));
    expect(scans.length).toBeGreaterThan(0);
    // As PostgreSQL names the index in a partition.
    for (const scan of scans) {
      expect(scan).toMatch(/Index (?:Only )?Scan using usage_record_tags_\d+_organization_id_workspace_id_id_idx/);
    }

    /** Values for the statement's parameters: the organization and this workspace where they belong. */
    async function parametersOf(statement: string): Promise<string> {
      const count = Math.max(...[...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
      const [organizationId, workspaceId] = values;
      return Array.from({ length: count }, (_, index) => {
        if (statement.includes(`w.id = ANY ($${index + 1}::uuid[])`)) return `ARRAY['${workspaceId}']::uuid[]`;
        if (statement.includes(`organization_id = $${index + 1}`)) return `'${organizationId}'`;
        return 'NULL';
      }).join(', ');
    }
  });
});

test('findings of a page of workspaces are one statement still, and each has its own', async () => {
  const owner = await person(server, { sub: 'owner', org: newOrganization() });
  const ids = await insertWorkspaces(server, owner, { count: 6, prefix: 'Listed' });
  for (const id of ids.slice(0, 3)) await changeLedger(id, 'spent = 1000000');
  const page = '{ workspaces(first: 50) { nodes { reviewFindings { code severity } } } }';
  const { result, statements } = await recordStatements(() =>
    run<{ workspaces: { nodes: { reviewFindings: Finding[] }[] } }>(server, owner, page),
  );
  expect(statements).toHaveLength(2);
  const codes = result.workspaces.nodes.map(({ reviewFindings }) => reviewFindings.map(({ code }) => code));
  expect(codes.map((found) => found.includes('BUDGET_SPENT'))).toEqual([true, true, true, false, false, false]);
});
