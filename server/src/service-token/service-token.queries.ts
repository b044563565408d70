import type { GraphQLResolveInfo } from 'graphql';
import { mayAnywhere } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import { maskedSecret } from '../auth/secret.js';
import { secretsLoader } from '../auth/secret-table.js';
import { isGoodTokenSql } from '../auth/service-sign-in.js';
import { sql } from '../database/sql.js';
import { parseBoolean } from '../database/table.js';
import type { Reader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { type Order, type Page, type PageArgs, readList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { serviceTokens } from './service-token.entity.js';
import { type ServiceTokenSecret, secretsOfTokens } from './service-token-secret.entity.js';

export const serviceTokenReads: Reads = {
  noun: serviceTokens,
  sight: (actor) => (mayAnywhere(actor, 'service_token.manage') ? sql`true` : null),
};

const newestFirst: Order = {
  name: 'serviceTokens:CREATED_AT',
  columns: [
    { sql: serviceTokens.columns.createdAt.sql, part: 'timestamptz' },
    { sql: serviceTokens.columns.id.sql, part: 'uuid' },
  ],
  direction: 'DESC',
};

/**
 * A page of the service tokens of the organization; null for a person who may not manage them.
 * @throws FORBIDDEN for a service
 */
export async function listServiceTokens(
  reader: Reader,
  page: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  if (reader.actor.kind === 'SERVICE') requireScope(reader, 'service_token.manage');
  const list = { reads: serviceTokenReads, order: newestFirst, where: [] };
  return mayAnywhere(reader.actor, 'service_token.manage') ? readList(reader, info, page, list) : null;
}

/** Whether requests come in with it now. */
export const isGoodToken = piece<boolean>(isGoodTokenSql, parseBoolean);

/** The secrets of a token that the database would take now, newest first. */
export const secretsOfToken = secretsLoader(
  secretsOfTokens,
  (secret, lastFour): ServiceTokenSecret => ({ maskedToken: maskedSecret('tvs_', lastFour), ...secret }),
);
