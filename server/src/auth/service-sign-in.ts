import type { ServiceActor } from '../access/actor.js';
import type { Database } from '../database/database.js';
import type { TextRow } from '../database/message.js';
import { organization, prepare, type Sql, sql } from '../database/sql.js';
import { texts } from '../database/table.js';
import { digestOf, organizationOf } from './secret.js';
import { type ActorSource, type KnownActor, knownActor } from './session.js';

/** SQL that holds until the use in the present minute is written; by the database's clock alone. */
const isFirstUse = sql`(st.last_used_at IS NULL OR st.last_used_at < date_trunc('minute', now()))`;
const isGood = sql`st.revoked_at IS NULL AND (st.expires_at IS NULL OR st.expires_at > now())`;

/** The service of a token, found by its digest in the organization that it tells: null where there is none, or no longer. */
export async function findService(database: Database, token: string): Promise<KnownActor | null> {
  const organizationId = organizationOf(token);
  if (organizationId === null) return null;
  const scoped = database.within({ organizationId, userId: null });
  const [found] = await scoped.rows<{ id: string; currency: string }>(
    sql`SELECT st.id, o.currency FROM service_tokens st JOIN organizations o ON o.id = st.organization_id
      WHERE st.organization_id = ${organization} AND st.token_digest = ${digestOf(token)} AND ${isGood}`,
  );
  if (found === undefined) return null;
  const source = sourceOf(database, { ...found, organizationId });
  const { rows } = await scoped.texts(source.statement);
  return rows[0] === undefined ? null : knownActor(source, rows[0]);
}

interface FoundService {
  readonly id: string;
  readonly organizationId: string;
  readonly currency: string;
}

const parseScopes = texts<ServiceActor['scopes'][number]>().parse;

function sourceOf(database: Database, { id, organizationId, currency }: FoundService): ActorSource {
  return {
    statement: serviceStatement(id),
    whenGone: 'unknown_service_token',
    guard: ([name, scopes]) =>
      prepare(
        sql`SELECT known.name, known.scopes, known.is_first_use
          FROM require_service(${organization}, ${id}, ${name}, ${scopes}::text[]) AS known`,
      ),
    toActor: ([name, scopes]) => ({
      kind: 'SERVICE',
      id,
      name: name ?? '',
      organizationId,
      currency,
      scopes: parseScopes(scopes ?? '{}'),
    }),
    afterRequest: (row) => recordUse(database, { id, organizationId }, row),
  };
}

function serviceStatement(id: string): Sql {
  return prepare(
    sql`SELECT st.name, st.scopes, ${isFirstUse} AS is_first_use FROM service_tokens st
      WHERE st.organization_id = ${organization} AND st.id = ${id} AND ${isGood}`,
  );
}

/** Writes the minute of the use; of requests that come first in it together, one writes. */
async function recordUse(
  database: Database,
  { id, organizationId }: Pick<FoundService, 'id' | 'organizationId'>,
  [, , isFirst]: TextRow,
): Promise<void> {
  if (isFirst !== 't') return;
  await database.within({ organizationId, userId: null }).rows(
    sql`UPDATE service_tokens st SET last_used_at = date_trunc('minute', now())
      WHERE st.organization_id = ${organization} AND st.id = ${id} AND ${isFirstUse}`,
  );
}
