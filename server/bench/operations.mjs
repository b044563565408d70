import assert from 'node:assert/strict';
import { built } from './built.mjs';

/** @type {typeof import('../src/graphql/ids.js')} */
const { parseGlobalId } = await import(built('graphql/ids.js'));

export const pageSize = 50;

/**
 * What is measured.
 *
 * @typedef {object} Operation
 * @property {string} name
 * @property {string} query Of the API, whose answer begins so:
 * @property {string} begins
 * @property {(number: string) => object} [variables] Given what is another number each time.
 * @property {string} [statement] The one statement whose JSON text says the same, about the organization $1 and the person
 *   $2, who is no organization admin; UUIDs stand in place of ids. None for a change.
 * @property {(data: any, text: any) => void} [compare] Compares the service's data with what the statement says.
 */

const uuidOf = (/** @type {string} */ id) => parseGlobalId(id)?.uuid;

const seenSql = `
  SELECT m.workspace_id, m.role FROM members m WHERE m.organization_id = $1 AND m.user_id = $2
  UNION ALL
  SELECT tw.id, 'ADMIN' FROM team_memberships tm
    JOIN workspaces tw ON tw.organization_id = $1 AND tw.owner_team_id = tm.team_id
    WHERE tm.organization_id = $1 AND tm.user_id = $2 AND NOT EXISTS (
      SELECT FROM members m WHERE m.organization_id = $1 AND m.workspace_id = tw.id AND m.user_id = $2)`;

/** Goes along the indexes in the order of names, and no further than the page. */
const walkSql = `
  (SELECT mw.*, m.role FROM members m
    JOIN workspaces mw ON mw.organization_id = $1 AND mw.id = m.workspace_id AND mw.archived_at IS NULL
    WHERE m.organization_id = $1 AND m.user_id = $2 ORDER BY m.workspace_name LIMIT ${pageSize + 1})
  UNION ALL
  (SELECT owned.* FROM team_memberships tm CROSS JOIN LATERAL (
      SELECT tw.*, 'ADMIN' AS role FROM workspaces tw
      WHERE tw.organization_id = $1 AND tw.owner_team_id = tm.team_id AND tw.archived_at IS NULL
        AND (SELECT m.id FROM members m
          WHERE m.organization_id = $1 AND m.workspace_id = tw.id AND m.user_id = $2) IS NULL
      ORDER BY tw.name LIMIT ${pageSize + 1}
    ) AS owned
    WHERE tm.organization_id = $1 AND tm.user_id = $2 ORDER BY owned.name LIMIT ${pageSize + 1})
  ORDER BY name LIMIT ${pageSize + 1}`;

const activeKeyCountSql = `CASE WHEN w.next_key_expires_at <= now() THEN (
    SELECT count(*)::integer FROM virtual_keys k WHERE k.organization_id = $1 AND k.workspace_id = w.id
      AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now())
  ) ELSE w.active_key_count END`;

const ownTeamsSql = 'SELECT tm.team_id FROM team_memberships tm WHERE tm.organization_id = $1 AND tm.user_id = $2';

const activeIdSql = 'SELECT a.workspace_id FROM active_workspaces a WHERE a.organization_id = $1 AND a.user_id = $2';

/** @type {readonly Operation[]} */
export const operations = [
  {
    name: 'cards',
    query: `query Cards {
      workspaces(first: ${pageSize}) {
        nodes {
          id name environment region status owner { id name } monthlyBudget { amount currency } memberCount
          activeKeyCount isActive version viewerRole
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    begins: '{"data":{"workspaces":{"nodes":[{"id":',
    statement: `SELECT json_build_object(
        'nodes', coalesce(json_agg(json_build_object(
          'id', w.id, 'name', w.name, 'environment', w.environment, 'region', w.region, 'status', w.status,
          'owner', json_build_object('id', coalesce(w.owner_user_id, w.owner_team_id), 'name', coalesce(u.name, t.name)),
          'monthlyBudget', json_build_object('amount', w.monthly_budget::text, 'currency', o.currency),
          'memberCount', w.member_count, 'activeKeyCount', ${activeKeyCountSql},
          'isActive', coalesce(w.id = (${activeIdSql}), false), 'version', w.version,
          'viewerRole', CASE WHEN w.owner_user_id = $2 THEN 'OWNER'
            WHEN w.owner_team_id IN (${ownTeamsSql}) THEN 'ADMIN' ELSE w.role END
        ) ORDER BY w.place) FILTER (WHERE w.place <= ${pageSize}), '[]'),
        'hasNextPage', count(*) > ${pageSize}
      )::text
      FROM (SELECT walk.*, row_number() OVER () AS place FROM (${walkSql}) AS walk) AS w
      JOIN organizations o ON o.id = $1
      LEFT JOIN users u ON u.organization_id = $1 AND u.id = w.owner_user_id
      LEFT JOIN teams t ON t.organization_id = $1 AND t.id = w.owner_team_id`,
    compare({ workspaces: { nodes, pageInfo } }, text) {
      assert.equal(pageInfo.hasNextPage, text.hasNextPage);
      assert.ok(nodes.length > 0);
      assert.deepEqual(
        nodes.map((/** @type {any} */ { id, owner, ...card }) => ({
          ...card,
          id: uuidOf(id),
          owner: { ...owner, id: uuidOf(owner.id) },
        })),
        text.nodes,
      );
    },
  },
  {
    name: 'summary',
    query: `query Summary {
      workspaceSummary {
        activeWorkspace { id name } totalWorkspaces totalMonthlyBudget { amount currency } totalActiveKeys
        productionWorkspaces
      }
    }`,
    begins: '{"data":{"workspaceSummary":{"activeWorkspace":{"id":',
    statement: `SELECT json_build_object(
        'activeWorkspace', (SELECT json_build_object('id', w.id, 'name', w.name) FROM workspaces w
          WHERE w.organization_id = $1 AND w.id = (${activeIdSql}) AND (w.owner_team_id IN (${ownTeamsSql})
            OR EXISTS (SELECT FROM members m WHERE m.organization_id = $1 AND m.workspace_id = w.id AND m.user_id = $2))),
        'totalWorkspaces', count(*),
        'totalMonthlyBudget', json_build_object('amount', coalesce(sum(w.monthly_budget), 0.00)::text,
          'currency', (SELECT o.currency FROM organizations o WHERE o.id = $1)),
        'totalActiveKeys', coalesce(sum(${activeKeyCountSql}), 0),
        'productionWorkspaces', count(*) FILTER (WHERE w.environment = 'PRODUCTION')
      )::text
      FROM (${seenSql}) AS seen JOIN workspaces w
        ON w.organization_id = $1 AND w.id = seen.workspace_id AND w.archived_at IS NULL`,
    compare({ workspaceSummary: { activeWorkspace, ...figures } }, text) {
      assert.deepEqual({ activeWorkspace: { ...activeWorkspace, id: uuidOf(activeWorkspace.id) }, ...figures }, text);
    },
  },
  {
    name: 'create',
    query: `mutation Create($input: CreateWorkspaceInput!) {
      createWorkspace(input: $input) { workspace { id name } userErrors { message } }
    }`,
    begins: '{"data":{"createWorkspace":{"workspace":{"id":',
    variables: (number) => ({
      input: {
        name: `New ${number}`,
        environment: 'STAGING',
        region: 'EU',
        monthlyBudget: '1000.00',
        memberIds: [],
      },
    }),
  },
];

/** The operation of that name. */
export function operationOf(/** @type {string} */ name) {
  const operation = operations.find((one) => one.name === name);
  if (operation === undefined) throw new Error(`There is no operation ${name} among those measured.`);
  return operation;
}
