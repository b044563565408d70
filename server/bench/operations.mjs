import assert from 'node:assert/strict';
import { toGlobalId } from '../dist/graphql/ids.js';
import { summaryStatement } from '../dist/summary/summary.queries.js';
import { extrasFor } from '../dist/workspace/workspace.row.js';
import { OrderDirection, pageStatement, WorkspaceOrderField } from '../dist/workspace/workspace.statements.js';

const pageSize = 50;

const cardFields =
  'id name environment region status owner monthlyBudget memberCount activeKeyCount isActive version viewerRole';

/**
 * What is measured: an operation of the API, the one statement that the service answers it with, how both answers are
 * compared, and the part of the bare statement's rate that the service should reach with 32 connections on Node 24.
 */
export const operations = [
  {
    name: 'cards',
    target: 0.6,
    query: `query Cards {
      workspaces(first: ${pageSize}) {
        nodes {
          id name environment region status owner { id name } monthlyBudget { amount currency } memberCount
          activeKeyCount isActive version viewerRole
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    statement: (actor) =>
      pageStatement(actor, {
        ordering: { field: WorkspaceOrderField.NAME, direction: OrderDirection.ASC },
        after: null,
        // One more says whether another page follows.
        limit: pageSize + 1,
        conditions: {},
        extras: extrasFor(new Set(cardFields.split(' '))),
      }),
    compare({ workspaces }, rows) {
      assert.equal(workspaces.pageInfo.hasNextPage, rows.length > pageSize);
      const expected = rows.slice(0, pageSize).map((row) => ({
        id: toGlobalId('Workspace', row.id),
        name: row.name,
        environment: row.environment,
        region: row.region,
        status: row.status,
        owner: {
          id: row.owner_user_id ? toGlobalId('User', row.owner_user_id) : toGlobalId('Team', row.owner_team_id),
          name: row.owner_name,
        },
        monthlyBudget: { amount: row.monthly_budget, currency: 'USD' },
        memberCount: row.member_count,
        activeKeyCount: row.active_key_count,
        isActive: row.is_active,
        version: row.version,
        viewerRole: row.viewer_role,
      }));
      assert.deepEqual(workspaces.nodes, expected);
    },
  },
  {
    name: 'summary',
    target: 0.85,
    query: `query Summary {
      workspaceSummary {
        activeWorkspace { id name } totalWorkspaces totalMonthlyBudget { amount currency } totalActiveKeys
        productionWorkspaces
      }
    }`,
    statement: (actor) => summaryStatement(actor, extrasFor(new Set(['id', 'name']))),
    compare({ workspaceSummary }, [row]) {
      assert.deepEqual(workspaceSummary, {
        activeWorkspace: { id: toGlobalId('Workspace', row.id), name: row.name },
        totalWorkspaces: row.total_workspaces,
        totalMonthlyBudget: { amount: row.total_monthly_budget, currency: 'USD' },
        totalActiveKeys: row.total_active_keys,
        productionWorkspaces: row.production_workspaces,
      });
    },
  },
];
