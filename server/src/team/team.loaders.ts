import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { inTeamAccessSql, Values } from '../access/sight.js';
import { groupBy, type NestedKey, nestedLoader, recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { CursorKey } from '../pagination/cursor.js';
import type { UserRow } from '../user/user.entity.js';
import { toUserRow, type UserRecord, userColumns } from '../user/user.loaders.js';
import { afterUserSql } from '../user/user.statements.js';
import type { TeamRow } from './team.entity.js';

export interface TeamUserPageArgs {
  readonly after: CursorKey | null;
  /** Rows to fetch of each team. */
  readonly limit: number;
}

export interface TeamLoaders {
  /** The team, for ids that the database itself has handed out. */
  readonly byId: DataLoader<string, TeamRow | null>;
  /** People of teams by name; of a team that is not the actor's own, those whom the actor shares another team with. */
  readonly userPages: DataLoader<NestedKey<TeamUserPageArgs>, readonly UserRow[], string>;
  readonly userTotals: DataLoader<string, number>;
}

export type TeamRecord = Omit<TeamRow, '__typename'>;

export function toTeamRow(record: TeamRecord): TeamRow {
  return { __typename: 'Team', id: record.id, name: record.name };
}

/** SQL for the people `u` of the team `parent.id` whom the actor may know of. */
function teamUsersSql(values: Values): string {
  return `team_memberships tm JOIN users u ON u.id = tm.user_id
    WHERE tm.team_id = parent.id AND u.organization_id = ${values.organization} AND ${inTeamAccessSql(values)}`;
}

export function teamLoaders(database: OrganizationDatabase, actor: Actor): TeamLoaders {
  return {
    byId: recordLoader<string, TeamRow | null>(
      async (ids) => {
        const records = await database.rows<TeamRecord>({
          text: 'SELECT id, name FROM teams WHERE id = ANY ($1::uuid[]) AND organization_id = $2',
          values: [ids, actor.organizationId],
        });
        return records.map((record) => [record.id, toTeamRow(record)] as const);
      },
      () => null,
    ),
    userPages: nestedLoader<TeamUserPageArgs, readonly UserRow[]>(async (teamIds, { after, limit }) => {
      const values = new Values(actor);
      const records = await database.rows<UserRecord & { team_id: string }>({
        text: `SELECT parent.id AS team_id, person.* FROM unnest(${values.add(teamIds)}::uuid[]) AS parent (id)
          CROSS JOIN LATERAL (
            SELECT ${userColumns}, u.name_key FROM ${teamUsersSql(values)} ${afterUserSql(after, values)}
            ORDER BY u.name_key, u.id LIMIT ${values.add(limit)}
          ) AS person
          ORDER BY parent.id, person.name_key, person.id`,
        values: values.list,
      });
      const groups = groupBy(records, (record) => record.team_id);
      return new Map([...groups].map(([teamId, people]) => [teamId, people.map(toUserRow)]));
    }, []),
    userTotals: recordLoader<string, number>(
      async (teamIds) => {
        const values = new Values(actor);
        const records = await database.rows<{ id: string; total: number }>({
          text: `SELECT parent.id, (SELECT count(*)::integer FROM ${teamUsersSql(values)}) AS total
            FROM unnest(${values.add(teamIds)}::uuid[]) AS parent (id)`,
          values: values.list,
        });
        return records.map(({ id, total }) => [id, total] as const);
      },
      () => 0,
    ),
  };
}
