import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { TeamRow } from '../team/team.entity.js';
import { type TeamRecord, toTeamRow } from '../team/team.loaders.js';
import { visibleTeamsStatement } from '../team/team.statements.js';
import type { UserRow } from '../user/user.entity.js';
import { toUserRow, type UserRecord } from '../user/user.loaders.js';
import { visibleUsersStatement } from '../user/user.statements.js';

/** For ids that a client brings: null for what the actor may not know of. */
export interface NodeLoaders {
  readonly users: DataLoader<string, UserRow | null>;
  readonly teams: DataLoader<string, TeamRow | null>;
}

export function nodeLoaders(database: OrganizationDatabase, actor: Actor): NodeLoaders {
  return {
    users: recordLoader<string, UserRow | null>(
      async (ids) => {
        const records = await database.rows<UserRecord>(visibleUsersStatement(actor, ids));
        return records.map((record) => [record.id, toUserRow(record)] as const);
      },
      () => null,
    ),
    teams: recordLoader<string, TeamRow | null>(
      async (ids) => {
        const records = await database.rows<TeamRecord>(visibleTeamsStatement(actor, ids));
        return records.map((record) => [record.id, toTeamRow(record)] as const);
      },
      () => null,
    ),
  };
}
