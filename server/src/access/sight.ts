import { type Actor, isOrganizationAdmin, userIdOf } from './actor.js';
import { mayAnywhere } from './permissions.js';

/**
 * Who sees which workspaces, as SQL. An organization admin, and a service with a scope to read, sees all of the
 * organization as if its owner; anyone else sees those in which they are a member, and as an admin at least those that
 * belong to a team of theirs.
 */

/** A statement's values with their placeholders; the actor's own are added where a statement first names them. */
export class Values {
  readonly list: unknown[] = [];
  readonly actor: Actor;
  #user: string | undefined;
  #organization: string | undefined;

  constructor(actor: Actor) {
    this.actor = actor;
  }

  get user(): string {
    // A service is nobody's member.
    this.#user ??= this.add(userIdOf(this.actor));
    return this.#user;
  }

  get organization(): string {
    this.#organization ??= this.add(this.actor.organizationId);
    return this.#organization;
  }

  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

/** Whether the actor sees every workspace of the organization. */
export function seesEverything(actor: Actor): boolean {
  return actor.kind === 'USER' ? isOrganizationAdmin(actor) : mayAnywhere(actor, 'workspace.read');
}

/** SQL for the actor's role in the workspace `w`, null where the actor has no sight of it. */
export function roleSql(values: Values): string {
  if (seesEverything(values.actor)) return `'OWNER'`;
  return `CASE
    WHEN w.owner_user_id = ${values.user} THEN 'OWNER'
    WHEN w.owner_team_id IN (${teamIdsSql(values)}) THEN 'ADMIN'
    ELSE (SELECT m.role FROM members m WHERE m.workspace_id = w.id AND m.user_id = ${values.user}) END`;
}

/** SQL for the ids of the actor's teams. */
export function teamIdsSql(values: Values): string {
  return `SELECT tm.team_id FROM team_memberships tm WHERE tm.user_id = ${values.user}`;
}

/** A walk along a person's workspaces in the order of their names. */
export interface NameWalk {
  /** Condition on a `name_key` column, such as `> $3`; none at the start. */
  readonly after: string | null;
  readonly direction: 'ASC' | 'DESC';
  readonly limit: string;
}

/**
 * SQL that answers `(workspace_id, name_key, role)` for each workspace that an actor who does not see everything sees,
 * archived ones included, once each; with a walk only the next few that are not archived, straight from the indexes.
 */
export function visibleSql(values: Values, walk?: NameWalk): string {
  const condition = (column: string) => (walk?.after ? `AND ${column} ${walk.after}` : '');
  const order = walk ? `ORDER BY name_key ${walk.direction} LIMIT ${walk.limit}` : '';
  return `
    (SELECT m.workspace_id, m.workspace_name_key AS name_key, m.role FROM members m
      ${walk ? 'JOIN workspaces mw ON mw.id = m.workspace_id AND mw.archived_at IS NULL' : ''}
      WHERE m.user_id = ${values.user} ${condition('m.workspace_name_key')} ${order})
    UNION ALL
    (SELECT owned.workspace_id, owned.name_key, 'ADMIN' FROM team_memberships tm
      CROSS JOIN LATERAL (
        SELECT tw.id AS workspace_id, tw.name_key FROM workspaces tw
        WHERE tw.owner_team_id = tm.team_id ${walk ? 'AND tw.archived_at IS NULL' : ''} ${condition('tw.name_key')}
          AND (SELECT m.id FROM members m WHERE m.workspace_id = tw.id AND m.user_id = ${values.user}) IS NULL
        ${order}
      ) AS owned
      WHERE tm.user_id = ${values.user} ${order})`;
}

/**
 * SQL that holds for the users `u` in the actor's team access: those who share a team with the actor, and for somebody
 * who sees everything everybody.
 */
export function inTeamAccessSql(values: Values): string {
  if (seesEverything(values.actor)) return 'true';
  return `u.id IN (
    SELECT theirs.user_id FROM team_memberships mine JOIN team_memberships theirs USING (team_id)
      WHERE mine.user_id = ${values.user}
    UNION ALL SELECT ${values.user}::uuid)`;
}
