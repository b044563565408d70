import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { UserRow } from './user.entity.js';

/** Columns of the user `u`, as `UserRow` without its type name. */
export const userColumns = 'u.id, u.name, u.email';

export type UserRecord = Omit<UserRow, '__typename'>;

export function toUserRow(record: UserRecord): UserRow {
  return {
    __typename: 'User',
    id: record.id,
    name: record.name,
    email: record.email,
  };
}

/** Users of the organization by id, for ids that the database itself has handed out. */
export function userLoader(database: OrganizationDatabase, actor: Actor): DataLoader<string, UserRow | null> {
  return recordLoader<string, UserRow | null>(
    async (ids) => {
      const records = await database.rows<UserRecord>({
        text: `SELECT ${userColumns} FROM users u WHERE u.id = ANY ($1::uuid[]) AND u.organization_id = $2`,
        values: [ids, actor.organizationId],
      });
      return records.map((record) => [record.id, toUserRow(record)] as const);
    },
    () => null,
  );
}
