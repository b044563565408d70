import { organization, raw, type Sql, sql } from '../database/sql.js';
import { groupBy, loader } from '../fetch/caller.js';
import { FindingSeverity, type ReviewFinding, ReviewFindingCode } from './review.entity.js';

/** Findings of one workspace that are told at most. */
export const findingsMax = 50;

const { HIGH, MEDIUM, LOW } = FindingSeverity;

/** What the codes mean, the most severe first and otherwise in the order of their names: the order of the answer. */
const meanings: Record<ReviewFindingCode, { severity: FindingSeverity; message: (keyName: string) => string }> = {
  OWNER_WITHOUT_ACCESS: {
    severity: HIGH,
    message: () => 'Nobody can sign in as the owner any more: not the person, or nobody of the team.',
  },
  KEY_WITHOUT_EXPIRY: {
    severity: MEDIUM,
    message: (keyName) => `The key "${keyName}" is for production and never expires.`,
  },
  SINGLE_MANAGER: { severity: MEDIUM, message: () => 'Only one person can manage this production workspace.' },
  STALE_KEY: { severity: MEDIUM, message: (keyName) => `The key "${keyName}" has not been used for 90 days.` },
  NEVER_USED_KEY: {
    severity: LOW,
    message: (keyName) => `The key "${keyName}" is over 30 days old and was never used.`,
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

/** SQL for the findings `(code, key_id, key_name, key_created_at)` of the workspace `w`. */
const findingsSql = sql`
  SELECT found.code, NULL::uuid AS key_id, NULL::text AS key_name, NULL::timestamptz AS key_created_at FROM (VALUES
    ('OWNER_WITHOUT_ACCESS', ${activeSql(ownersSql, 1)} = 0),
    ('SINGLE_MANAGER',
      w.environment = 'PRODUCTION' AND ${activeSql(sql`${ownersSql} UNION ALL ${otherAdminsSql}`, 2)} = 1)
  ) AS found (code, holds) WHERE found.holds
  UNION ALL
  SELECT found.code, k.id, k.name, k.created_at FROM virtual_keys k CROSS JOIN LATERAL (VALUES
    ('KEY_WITHOUT_EXPIRY', w.environment = 'PRODUCTION' AND k.expires_at IS NULL),
    ('STALE_KEY', k.last_used_at < now() - interval '90 days'),
    ('NEVER_USED_KEY', k.last_used_at IS NULL AND k.created_at < now() - interval '30 days')
  ) AS found (code, holds)
  WHERE k.organization_id = ${organization} AND k.workspace_id = w.id
    AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now()) AND found.holds`;

interface FindingRow {
  readonly workspaceId: string;
  readonly code: ReviewFindingCode;
  /** Null for the workspace itself. */
  readonly keyId: string | null;
  readonly keyName: string | null;
}

/** The findings of a workspace that the actor sees. */
export const findingsOfWorkspace = loader<string, readonly ReviewFinding[]>(
  async ({ database }, workspaceIds) => {
    const rows = await database.rows<FindingRow>(
      sql`SELECT w.id AS "workspaceId", found.code, found.key_id AS "keyId", found.key_name AS "keyName"
        FROM workspaces w CROSS JOIN LATERAL (
          SELECT *, array_position(${codesInOrder}::text[], code) AS place FROM (${findingsSql}) AS finding
          ORDER BY place, key_created_at, key_id LIMIT ${raw(String(findingsMax))}
        ) AS found
        WHERE w.organization_id = ${organization} AND w.id = ANY (${workspaceIds}::uuid[]) AND w.archived_at IS NULL
        ORDER BY w.id, found.place, found.key_created_at, found.key_id`,
    );
    const groups = groupBy(rows, ({ workspaceId }) => workspaceId);
    return [...groups].map(([workspaceId, group]) => [workspaceId, group.map(toFinding)] as const);
  },
  () => [],
);

function toFinding({ code, keyId, keyName }: FindingRow): ReviewFinding {
  const { severity, message } = meanings[code];
  return { code, severity, message: message(keyName ?? ''), virtualKey: keyId };
}
