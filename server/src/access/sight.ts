import { organization, type Scope, type Sql, sql, viewer } from '../database/sql.js';
import { type Actor, isOrganizationAdmin, userIdOf } from './actor.js';
import { mayAnywhere } from './permissions.js';

/**
 * Who sees which workspaces, as SQL. An organization admin, and a service with a scope to read, sees all of the
 * organization as if its owner; anyone else sees those in which they are a member, and as an admin at least those that
 * belong to a team of theirs.
 */

/** Whom the statements of an actor run for. */
export function scopeOf(actor: Actor): Scope {
  return { organizationId: actor.organizationId, userId: userIdOf(actor) };
}

/** Whether the actor sees every workspace of the organization. */
export function seesEverything(actor: Actor): boolean {
  return actor.kind === 'USER' ? isOrganizationAdmin(actor) : mayAnywhere(actor, 'workspace.read');
}

/** Whether the actor sees everybody in the organization: its admins do, and services that read workspaces or people. */
export function seesEverybody(actor: Actor): boolean {
  return actor.kind === 'USER' ? isOrganizationAdmin(actor) : mayAnywhere(actor, 'person.read');
}

/**
 * Whether the actor is a gateway that reads nothing in workspaces but what it needs for its own calls: of what those refer to it sees the
 * fields of `gateway-fields.ts`, wherever in the organization that lies.
 */
export function isGatewayAlone(actor: Actor): boolean {
  return actor.kind === 'SERVICE' && mayAnywhere(actor, 'gateway.call') && !mayAnywhere(actor, 'workspace.read');
}

/** SQL for the ids of the viewer's teams. */
export const teamIdsSql = sql`SELECT tm.team_id FROM team_memberships tm
  WHERE tm.organization_id = ${organization} AND tm.user_id = ${viewer}`;

const ownerSql = sql`'OWNER'`;
const memberSql = sql`(SELECT m.role FROM members m
  WHERE m.organization_id = ${organization} AND m.workspace_id = w.id AND m.user_id = ${viewer})`;
const roleOfMemberSql = sql`CASE WHEN w.owner_user_id = ${viewer} THEN 'OWNER'
  WHEN w.owner_team_id IN (${teamIdsSql}) THEN 'ADMIN' ELSE ${memberSql} END`;

/** SQL for the actor's role in the workspace `w`, null where the actor has no sight of it. */
export function roleSql(actor: Actor): Sql {
  return seesEverything(actor) ? ownerSql : roleOfMemberSql;
}

/** SQL for the role of somebody of whom `member_role` of the row `w` says what they are as a member. */
export const roleOfListedSql = sql`CASE WHEN w.owner_user_id = ${viewer} THEN 'OWNER'
  WHEN w.owner_team_id IN (${teamIdsSql}) THEN 'ADMIN' ELSE w.member_role END`;

/**
 * SQL that answers `(workspace_id, member_role)` for each workspace that an actor who does not see everything sees,
 * archived ones included, once each.
 */
export const visibleWorkspacesSql = sql`
  SELECT m.workspace_id, m.role AS member_role FROM members m
    WHERE m.organization_id = ${organization} AND m.user_id = ${viewer}
  UNION ALL
  SELECT tw.id, 'ADMIN' FROM team_memberships tm
    JOIN workspaces tw ON tw.organization_id = ${organization} AND tw.owner_team_id = tm.team_id
    WHERE tm.organization_id = ${organization} AND tm.user_id = ${viewer} AND NOT EXISTS (
      SELECT FROM members m WHERE m.organization_id = ${organization} AND m.workspace_id = tw.id AND m.user_id = ${viewer})`;

/** A walk along a person's workspaces in use, in the order of their names. */
export interface NameWalk {
  /** SQL for the place between which the walk goes, over a column of names; `true` at the start. */
  readonly within: (name: Sql) => Sql;
  readonly direction: Sql;
  /** Rows, as a number in the text: with a parameter PostgreSQL expects a tenth of all and plans anew at every run. */
  readonly limit: Sql;
}

/**
 * The viewer, unknown to the planner: for somebody with more memberships than most, it would take the plan that it makes for
 * just them to be cheaper every time, and so plan the same walk anew at every run.
 */
const unknownViewer = sql`(SELECT ${viewer}::uuid)`;

/**
 * SQL for the next few workspaces in use that an actor who does not see everything sees, with these of their columns and
 * `member_role`, straight from the indexes: each branch walks its own and stops at the limit.
 */
export function walkSql(columnsOf: (alias: Sql) => Sql, { within, direction, limit }: NameWalk): Sql {
  return sql`
    (SELECT ${columnsOf(sql`mw`)}, m.role AS member_role FROM members m
      JOIN workspaces mw ON mw.organization_id = ${organization} AND mw.id = m.workspace_id AND mw.archived_at IS NULL
      WHERE m.organization_id = ${organization} AND m.user_id = ${unknownViewer} AND ${within(sql`m.workspace_name`)}
      ORDER BY m.workspace_name ${direction} LIMIT ${limit})
    UNION ALL
    (SELECT owned.* FROM team_memberships tm
      CROSS JOIN LATERAL (
        SELECT ${columnsOf(sql`tw`)}, 'ADMIN' AS member_role FROM workspaces tw
        WHERE tw.organization_id = ${organization} AND tw.owner_team_id = tm.team_id AND tw.archived_at IS NULL
          AND ${within(sql`tw.name`)}
          AND (SELECT m.id FROM members m
            WHERE m.organization_id = ${organization} AND m.workspace_id = tw.id AND m.user_id = ${viewer}) IS NULL
        ORDER BY tw.name ${direction} LIMIT ${limit}
      ) AS owned
      WHERE tm.organization_id = ${organization} AND tm.user_id = ${viewer}
      ORDER BY owned.name ${direction} LIMIT ${limit})
    ORDER BY name ${direction} LIMIT ${limit}`;
}

const everybodySql = sql`true`;
const teamAccessSql = sql`u.id IN (
  SELECT theirs.user_id FROM team_memberships mine
    JOIN team_memberships theirs ON theirs.organization_id = ${organization} AND theirs.team_id = mine.team_id
    WHERE mine.organization_id = ${organization} AND mine.user_id = ${viewer}
  UNION ALL SELECT ${viewer}::uuid)`;

/**
 * SQL that holds for the users `u` in the actor's team access: those who share a team with the actor, and for somebody
 * who sees everybody all.
 */
export function inTeamAccessSql(actor: Actor): Sql {
  return seesEverybody(actor) ? everybodySql : teamAccessSql;
}

const seenPersonSql = sql`(${teamAccessSql} OR EXISTS (SELECT FROM members theirs
  JOIN workspaces w ON w.organization_id = ${organization} AND w.id = theirs.workspace_id
  WHERE theirs.organization_id = ${organization} AND theirs.user_id = u.id AND ${roleOfMemberSql} IS NOT NULL))`;

/**
 * SQL that holds for the users `u` whom the actor may see: oneself, who shares a team with the actor or is a member of a
 * workspace that the actor sees, and for somebody who sees everybody all. To anybody else a field that names a person is
 * null, and only the name of then is shown.
 */
export function personSightSql(actor: Actor): Sql {
  return seesEverybody(actor) ? everybodySql : seenPersonSql;
}

/** Whether the actor may read the directory's own words of people and teams, such as subjects. */
export function readsDirectory(actor: Actor): boolean {
  return mayAnywhere(actor, 'directory.read');
}

/** All that SQL makes of who asks, beside their ids: a statement that is kept for one serves all with the same. */
export function kindOfSight(actor: Actor): string {
  return `${seesEverything(actor)} ${seesEverybody(actor)} ${readsDirectory(actor)}`;
}
