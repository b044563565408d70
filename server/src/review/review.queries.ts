import type { Actor } from '../access/actor.js';
import { presentSpentSql } from '../budget/budget.queries.js';
import { organization, raw, type Sql, sql } from '../database/sql.js';
import { groupBy, loader } from '../fetch/caller.js';
import { workspaceReads } from '../workspace/workspace.queries.js';
import { FindingSeverity, type ReviewFinding, ReviewFindingCode } from './review.entity.js';

/** Findings of one workspace that are told at most; more than there are codes. */
export const findingsMax = 50;

const { HIGH, MEDIUM, LOW } = FindingSeverity;

/** What a finding tells of beside its code; null for the workspace itself. */
interface Subject {
  readonly keyName: string | null;
  readonly model: string | null;
  readonly configurationName: string | null;
  /** Name of a workspace that is mixed up with this one, which the actor sees as well. */
  readonly otherName: string | null;
}

interface Meaning {
  readonly severity: FindingSeverity;
  readonly message: (subject: Subject) => string;
}

/** What the codes mean, the most severe first and otherwise in the order of their names: the order of the answer. */
const meanings: Record<ReviewFindingCode, Meaning> = {
  BUDGET_SPENT: { severity: HIGH, message: () => 'The budget of this month is spent.' },
  KEY_OF_LEAVER: {
    severity: HIGH,
    message: ({ keyName }) => `The key "${keyName}" was made by somebody who no longer has access to the workspace.`,
  },
  OWNER_WITHOUT_ACCESS: {
    severity: HIGH,
    message: () => 'Nobody can sign in as the owner any more: not the person, or nobody of the team.',
  },
  SANDBOX_TARGET: {
    severity: HIGH,
    message: ({ model, configurationName, otherName }) => {
      const other = otherName === null ? 'a sandbox or staging workspace' : `the workspace "${otherName}"`;
      return `The route "${model}" goes to "${configurationName}", of which ${other} uses the credential too.`;
    },
  },
  BUDGET_NEARLY_SPENT: { severity: MEDIUM, message: () => 'The budget of this month is nearly spent.' },
  KEY_WITHOUT_EXPIRY: {
    severity: MEDIUM,
    message: ({ keyName }) => `The key "${keyName}" is for production and never expires.`,
  },
  SINGLE_MANAGER: { severity: MEDIUM, message: () => 'Only one person can manage this production workspace.' },
  STALE_KEY: { severity: MEDIUM, message: ({ keyName }) => `The key "${keyName}" has not been used for 90 days.` },
  TEST_TRAFFIC: {
    severity: MEDIUM,
    message: () => 'Requests tagged as tests came to this production workspace within the last 30 days.',
  },
  NEVER_USED_KEY: {
    severity: LOW,
    message: ({ keyName }) => `The key "${keyName}" is over 30 days old and was never used.`,
  },
};
const codesInOrder = Object.keys(meanings);

/** SQL for the ids of the people in whose hands the workspace `w` is, in person or through the owning team. */
const ownersSql = sql`SELECT w.owner_user_id AS user_id
  UNION ALL SELECT tm.user_id FROM team_memberships tm
    WHERE tm.organization_id = ${organization} AND w.owner_team_id IS NOT NULL AND tm.team_id = w.owner_team_id`;

/** SQL for the ids of its admins who are not among those. */
const otherAdminsSql = sql`SELECT m.user_id FROM members m
  WHERE m.organization_id = ${organization} AND m.workspace_id = w.id AND m.role = 'ADMIN'
    AND m.user_id IS DISTINCT FROM w.owner_user_id
    AND NOT EXISTS (SELECT FROM team_memberships tm
      WHERE tm.organization_id = ${organization} AND tm.team_id = w.owner_team_id AND tm.user_id = m.user_id)`;

/** SQL for how many of these people can sign in; no further than it matters, because a team may have thousands. */
function activeSql(people: Sql, enough: number): Sql {
  return sql`(SELECT count(*) FROM (
    SELECT FROM (${people}) AS person
      JOIN users u ON u.organization_id = ${organization} AND u.id = person.user_id
      WHERE u.active LIMIT ${raw(String(enough))}
  ) AS active)`;
}

/**
 * SQL for whether the key `k` of the workspace `w` was made by a person who can't come to the workspace any more: neither as
 * a member, nor with the owning team, nor as an admin of the organization, or not at all. A service is nobody who leaves.
 */
const isOfLeaverSql = sql`k.created_by_id IS NOT NULL AND NOT EXISTS (SELECT FROM users u
  WHERE u.organization_id = ${organization} AND u.id = k.created_by_id AND u.active AND (u.organization_role = 'ADMIN'
    OR EXISTS (SELECT FROM members m
      WHERE m.organization_id = ${organization} AND m.workspace_id = w.id AND m.user_id = u.id)
    OR EXISTS (SELECT FROM team_memberships tm
      WHERE tm.organization_id = ${organization} AND tm.team_id = w.owner_team_id AND tm.user_id = u.id)))`;

/** SQL for what FROM and WHERE say of workspaces `w` for tests that use the credential of the configuration `c`. */
const usersOfCredentialSql = sql`FROM llm_configurations other
  JOIN workspaces w ON w.organization_id = ${organization} AND w.id = other.workspace_id
  WHERE other.organization_id = ${organization} AND other.credential_ref = c.credential_ref AND other.deleted_at IS NULL
    AND w.environment <> 'PRODUCTION' AND w.archived_at IS NULL`;

/**
 * SQL for whether requests that are tagged as tests came to the workspace `w` within the last 30 days. An index has such
 * tags alone, and knows them by the very condition that stands here; ids of records are in the order of their time.
 */
const hasTestTrafficSql = sql`EXISTS (SELECT FROM usage_record_tags ut
  WHERE ut.organization_id = ${organization} AND ut.workspace_id = w.id AND ut.tag ~* '^test(s|ing)?$|^test:'
    AND ut.id >= id_at(now() - interval '30 days'))`;

/** SQL for the findings of the workspace `w`: their codes, and what they are about. */
function findingsSql(actor: Actor): Sql {
  const columns = sql`NULL::uuid AS key_id, NULL::text AS key_name, NULL::uuid AS route_id, NULL::text AS model,
    NULL::uuid AS configuration_id, NULL::text AS configuration_name, NULL::text AS other_name,
    NULL::timestamptz AS created_at`;
  return sql`
  SELECT found.code, ${columns} FROM (VALUES
    ('OWNER_WITHOUT_ACCESS', ${activeSql(ownersSql, 1)} = 0),
    ('SINGLE_MANAGER',
      w.environment = 'PRODUCTION' AND ${activeSql(sql`${ownersSql} UNION ALL ${otherAdminsSql}`, 2)} = 1),
    ('TEST_TRAFFIC', w.environment = 'PRODUCTION' AND ${hasTestTrafficSql})
  ) AS found (code, holds) WHERE found.holds
  UNION ALL
  SELECT CASE WHEN used.spent >= w.monthly_budget THEN 'BUDGET_SPENT' ELSE 'BUDGET_NEARLY_SPENT' END, ${columns}
  FROM (SELECT ${presentSpentSql} AS spent FROM workspace_ledgers wl
    WHERE wl.organization_id = ${organization} AND wl.workspace_id = w.id) AS used
  WHERE used.spent > 0
    AND used.spent * 100 >= least(w.budget_alert_thresholds[1], 100) * w.monthly_budget
  UNION ALL
  SELECT found.code, k.id, k.name, NULL, NULL, NULL, NULL, NULL, k.created_at FROM virtual_keys k CROSS JOIN LATERAL (VALUES
    ('KEY_OF_LEAVER', ${isOfLeaverSql}),
    ('KEY_WITHOUT_EXPIRY', w.environment = 'PRODUCTION' AND k.expires_at IS NULL),
    ('STALE_KEY', k.last_used_at < now() - interval '90 days'),
    ('NEVER_USED_KEY', k.last_used_at IS NULL AND k.created_at < now() - interval '30 days')
  ) AS found (code, holds)
  WHERE k.organization_id = ${organization} AND k.workspace_id = w.id
    AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now()) AND found.holds
  UNION ALL
  SELECT 'SANDBOX_TARGET', NULL, NULL, r.id, r.model, c.id, c.name,
    (SELECT min(w.name) ${usersOfCredentialSql} AND ${workspaceReads.sight(actor) ?? sql`false`}), r.created_at
  FROM model_routes r
  JOIN route_targets rt ON rt.organization_id = ${organization} AND rt.model_route_id = r.id
  JOIN llm_configurations c ON c.organization_id = ${organization} AND c.id = rt.llm_configuration_id AND c.enabled
  WHERE r.organization_id = ${organization} AND r.workspace_id = w.id AND w.environment = 'PRODUCTION'
    AND EXISTS (SELECT ${usersOfCredentialSql})`;
}

interface FindingRow extends Subject {
  readonly workspaceId: string;
  readonly code: ReviewFindingCode;
  readonly keyId: string | null;
  readonly routeId: string | null;
  readonly configurationId: string | null;
}

/** The findings of a workspace that the actor sees. */
export const findingsOfWorkspace = loader<string, readonly ReviewFinding[]>(
  async ({ actor, database }, workspaceIds) => {
    const rows = await database.rows<FindingRow>(
      sql`SELECT w.id AS "workspaceId", found.code, found.key_id AS "keyId", found.key_name AS "keyName",
          found.route_id AS "routeId", found.model, found.configuration_id AS "configurationId",
          found.configuration_name AS "configurationName", found.other_name AS "otherName"
        FROM workspaces w CROSS JOIN LATERAL (
          SELECT * FROM (
            SELECT *, array_position(${codesInOrder}::text[], code) AS place,
              row_number() OVER (PARTITION BY code ORDER BY created_at, key_id, model, configuration_id) AS turn
            FROM (${findingsSql(actor)}) AS finding
          ) AS one
          -- One of each code before a second of any, so that many of one kind hide no other.
          ORDER BY turn > 1, place, turn LIMIT ${raw(String(findingsMax))}
        ) AS found
        WHERE w.organization_id = ${organization} AND w.id = ANY (${workspaceIds}::uuid[]) AND w.archived_at IS NULL
        ORDER BY w.id, found.place, found.turn`,
    );
    const groups = groupBy(rows, ({ workspaceId }) => workspaceId);
    return [...groups].map(([workspaceId, group]) => [workspaceId, group.map(toFinding)] as const);
  },
  () => [],
);

function toFinding({ code, keyId, routeId, configurationId, ...subject }: FindingRow): ReviewFinding {
  const { severity, message } = meanings[code];
  const about = { virtualKey: keyId, llmConfiguration: configurationId, modelRoute: routeId };
  return { code, severity, message: message(subject), ...about };
}
