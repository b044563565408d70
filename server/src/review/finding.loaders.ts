import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { groupBy, recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import { keyColumns, toVirtualKeyRow, type VirtualKeyRecord } from '../virtual-key/virtual-key.loaders.js';
import { FindingSeverity, type ReviewFinding, ReviewFindingCode } from './finding.type.js';

/** Findings of one workspace that are told at most. */
export const findingsMax = 50;

/** Of workspaces that the actor sees. */
export type FindingLoader = DataLoader<string, readonly ReviewFinding[]>;

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
const ownersSql = `SELECT w.owner_user_id AS user_id
  UNION ALL SELECT tm.user_id FROM team_memberships tm
    WHERE w.owner_team_id IS NOT NULL AND tm.team_id = w.owner_team_id`;

/** SQL for the ids of its admins who are not among those. */
const otherAdminsSql = `SELECT m.user_id FROM members m
  WHERE m.workspace_id = w.id AND m.role = 'ADMIN' AND m.user_id IS DISTINCT FROM w.owner_user_id
    AND NOT EXISTS (SELECT FROM team_memberships tm WHERE tm.team_id = w.owner_team_id AND tm.user_id = m.user_id)`;

/** SQL for how many of these people can sign in; no further than it matters, because a team may have thousands. */
const activeSql = (people: string, enough: number) =>
  `(SELECT count(*) FROM (
    SELECT FROM (${people}) AS person JOIN users u ON u.id = person.user_id WHERE u.active LIMIT ${enough}
  ) AS active)`;

/** SQL for the findings `(code, key_id, key_created_at)` of the workspace `w`. */
const findingsSql = `
  SELECT found.code, NULL::uuid AS key_id, NULL::timestamptz AS key_created_at FROM (VALUES
    ('OWNER_WITHOUT_ACCESS', ${activeSql(ownersSql, 1)} = 0),
    ('SINGLE_MANAGER',
      w.environment = 'PRODUCTION' AND ${activeSql(`${ownersSql} UNION ALL ${otherAdminsSql}`, 2)} = 1)
  ) AS found (code, holds) WHERE found.holds
  UNION ALL
  SELECT found.code, k.id, k.created_at FROM virtual_keys k CROSS JOIN LATERAL (VALUES
    ('KEY_WITHOUT_EXPIRY', w.environment = 'PRODUCTION' AND k.expires_at IS NULL),
    ('STALE_KEY', k.last_used_at < now() - interval '90 days'),
    ('NEVER_USED_KEY', k.last_used_at IS NULL AND k.created_at < now() - interval '30 days')
  ) AS found (code, holds)
  WHERE k.workspace_id = w.id AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now())
    AND found.holds`;

/** A finding's code, and the key's columns, which are null without one. */
type FindingRecord = { finding_of: string; code: ReviewFindingCode } & (VirtualKeyRecord | { id: null });

/** The findings of all workspaces that are asked for come in one statement, their keys with them. */
export function findingLoader(database: OrganizationDatabase, actor: Actor): FindingLoader {
  return recordLoader<string, readonly ReviewFinding[]>(
    async (workspaceIds) => {
      const records = await database.rows<FindingRecord>({
        text: `SELECT w.id AS finding_of, found.code, ${keyColumns}
          FROM workspaces w CROSS JOIN LATERAL (
            SELECT *, array_position($3::text[], code) AS place FROM (${findingsSql}) AS finding
            ORDER BY place, key_created_at, key_id LIMIT ${findingsMax}
          ) AS found LEFT JOIN virtual_keys k ON k.id = found.key_id
          WHERE w.id = ANY ($1::uuid[]) AND w.organization_id = $2 AND w.archived_at IS NULL
          ORDER BY w.id, found.place, found.key_created_at, found.key_id`,
        values: [workspaceIds, actor.organizationId, codesInOrder],
      });
      const groups = groupBy(records, (record) => record.finding_of);
      return [...groups].map(([workspaceId, group]) => [workspaceId, group.map(toFinding)] as const);
    },
    () => [],
  );
}

function toFinding(record: FindingRecord): ReviewFinding {
  const { severity, message } = meanings[record.code];
  const virtualKey = record.id === null ? null : toVirtualKeyRow(record);
  return { code: record.code, severity, message: message(virtualKey?.name ?? ''), virtualKey };
}
