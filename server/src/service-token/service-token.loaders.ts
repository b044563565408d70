import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { mayAnywhere } from '../access/permissions.js';
import { recordLoader } from '../database/batch.js';
import type { OrganizationDatabase, Statement } from '../database/database.js';
import type { ServiceTokenRow } from './service-token.entity.js';

type ServiceTokenRecord = Omit<ServiceTokenRow, '__typename'>;

const columns = `t.id, t.name, t.last_four AS "lastFour", t.scopes, t.created_at AS "createdAt",
  t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt", t.revoked_at AS "revokedAt"`;

/** Service tokens by id: null for whoever may not manage them. */
export function serviceTokenLoader(
  database: OrganizationDatabase,
  actor: Actor,
): DataLoader<string, ServiceTokenRow | null> {
  return recordLoader<string, ServiceTokenRow | null>(
    async (ids) => {
      if (!mayAnywhere(actor, 'service_token.manage')) return [];
      const rows = await serviceTokens(database, {
        text: `SELECT ${columns} FROM service_tokens t WHERE t.id = ANY ($1::uuid[]) AND t.organization_id = $2`,
        values: [ids, actor.organizationId],
      });
      return rows.map((row) => [row.id, row] as const);
    },
    () => null,
  );
}

/** Every service token of the organization, the newest first. */
export function allServiceTokens(database: OrganizationDatabase, actor: Actor): Promise<ServiceTokenRow[]> {
  return serviceTokens(database, {
    text: `SELECT ${columns} FROM service_tokens t WHERE t.organization_id = $1 ORDER BY t.created_at DESC, t.id DESC`,
    values: [actor.organizationId],
  });
}

async function serviceTokens(database: OrganizationDatabase, statement: Statement): Promise<ServiceTokenRow[]> {
  const records = await database.rows<ServiceTokenRecord>(statement);
  return records.map((record) => ({ __typename: 'ServiceToken', ...record }));
}
