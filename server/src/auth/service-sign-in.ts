import type { ServiceActor } from '../access/actor.js';
import type { Database } from '../database/database.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { digestOf, isSecret } from './secret.js';

interface FoundToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: ServiceActor['scopes'];
  readonly is_first_use: boolean;
  readonly organization_id: string;
  readonly currency: string;
}

/** SQL that holds until the use in the present minute is written; by the database's clock alone. */
const isFirstUse = `(last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))`;
const findStatement = `SELECT id, name, scopes, organization_id, currency, ${isFirstUse} AS is_first_use
  FROM find_service_token($1)`;

/** The service of a token, found by its digest for every request: null where there is none, or no longer. */
export async function findServiceActor(database: Database, token: string): Promise<ServiceActor | null> {
  if (!isSecret(token)) return null;
  const [found] = await database.rowsInAnyScope<FoundToken>(preparedStatement(findStatement, [digestOf(token)]));
  if (found === undefined) return null;
  if (found.is_first_use) await recordUse(database, found);
  const { id, name, scopes, organization_id: organizationId, currency } = found;
  return { kind: 'SERVICE', id, name, organizationId, currency, scopes };
}

/** Writes the minute of the use; of requests that come first in it together, one writes. */
async function recordUse(database: Database, token: FoundToken): Promise<void> {
  await database.within(token.organization_id).rows({
    text: `UPDATE service_tokens SET last_used_at = date_trunc('minute', now())
      WHERE id = $1 AND organization_id = $2 AND ${isFirstUse}`,
    values: [token.id, token.organization_id],
  });
}
