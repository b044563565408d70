import type { ServiceActor } from '../access/actor.js';
import type { Database } from '../database/database.js';
import type { TextRow } from '../database/message.js';
import { organization, prepare, type Sql, sql } from '../database/sql.js';
import { texts } from '../database/table.js';
import { digestOf, organizationOf } from './secret.js';
import { type ActorSource, type KnownActor, knownActor } from './session.js';

/** SQL for whether requests come in with the service token `st`; by the database's clock alone. */
export const isGoodTokenSql = sql`(st.revoked_at IS NULL AND (st.expires_at IS NULL OR st.expires_at > statement_timestamp()))`;

/** SQL for a token with each of its secrets that requests come in with. */
const goodSecrets = sql`FROM service_tokens st
  JOIN service_token_secrets ss ON ss.organization_id = ${organization} AND ss.service_token_id = st.id
    AND (ss.expires_at IS NULL OR ss.expires_at > statement_timestamp())
  WHERE st.organization_id = ${organization} AND ${isGoodTokenSql}`;

/** SQL that holds until the use in the present minute is written. */
const isFirstUse = sql`(ss.last_used_at IS NULL OR ss.last_used_at < date_trunc('minute', now()))`;

/** The service of a token, found by its digest in the organization that it tells: null where there is none, or no longer. */
export async function findService(database: Database, token: string): Promise<KnownActor | null> {
  const organizationId = organizationOf(token);
  if (organizationId === null) return null;
  const scoped = database.within({ organizationId, userId: null });
  const [found] = await scoped.rows<Omit<FoundService, 'organizationId'>>(
    sql`SELECT st.id, ss.id AS "secretId", (SELECT o.currency FROM organizations o WHERE o.id = ${organization}) AS currency
      ${goodSecrets} AND ss.secret_digest = ${digestOf(token)}`,
  );
  if (found === undefined) return null;
  const source = sourceOf(database, { ...found, organizationId });
  const { rows } = await scoped.texts(source.statement);
  return rows[0] === undefined ? null : knownActor(source, rows[0]);
}

interface FoundService {
  readonly id: string;
  /** UUID of the secret that it comes with. */
  readonly secretId: string;
  readonly organizationId: string;
  readonly currency: string;
}

const parseScopes = texts<ServiceActor['scopes'][number]>().parse;

function sourceOf(database: Database, found: FoundService): ActorSource {
  const { id, secretId, organizationId, currency } = found;
  return {
    statement: serviceStatement(found),
    refusalOf: (row) => (row === undefined ? 'unknown_service_token' : null),
    guard: ([name, scopes]) =>
      prepare(
        sql`SELECT known.name, known.scopes, known.is_first_use
          FROM require_service(${organization}, ${id}, ${secretId}, ${name}, ${scopes}::text[]) AS known`,
      ),
    toActor: ([name, scopes]) => ({
      kind: 'SERVICE',
      id,
      name: name ?? '',
      organizationId,
      currency,
      scopes: parseScopes(scopes ?? '{}'),
    }),
    afterRequest: (row) => recordUse(database, found, row),
  };
}

function serviceStatement({ id, secretId }: FoundService): Sql {
  return prepare(
    sql`SELECT st.name, st.scopes, ${isFirstUse} AS is_first_use ${goodSecrets} AND st.id = ${id} AND ss.id = ${secretId}`,
  );
}

/** Writes the minute of the use, of the secret and of its token; of requests that come first in it together, one writes. */
async function recordUse(
  database: Database,
  { id, secretId, organizationId }: FoundService,
  [, , isFirst]: TextRow,
): Promise<void> {
  if (isFirst !== 't') return;
  const scoped = database.within({ organizationId, userId: null });
  await Promise.all([
    scoped.rows(
      sql`UPDATE service_token_secrets ss SET last_used_at = date_trunc('minute', now())
        WHERE ss.organization_id = ${organization} AND ss.id = ${secretId} AND ${isFirstUse}`,
    ),
    scoped.rows(
      sql`UPDATE service_tokens st SET last_used_at = date_trunc('minute', now())
        WHERE st.organization_id = ${organization} AND st.id = ${id}
          AND (st.last_used_at IS NULL OR st.last_used_at < date_trunc('minute', now()))`,
    ),
  ]);
}
