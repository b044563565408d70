import type { GraphQLResolveInfo } from 'graphql';
import { mayAnywhere } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import { roleSql } from '../access/sight.js';
import { organization, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { planOf, type Reads } from '../fetch/nodes.js';
import type { NounRow } from '../fetch/plan.js';
import { serviceTokens } from './service-token.entity.js';

export const serviceTokenReads: Reads = {
  noun: serviceTokens,
  sight: (actor) => (mayAnywhere(actor, 'service_token.manage') ? sql`true` : null),
};

const itself = [[]] as const;

/** Every service token of the organization, the newest first; null for a person who may not manage them. */
export async function listServiceTokens(reader: Reader, info: GraphQLResolveInfo): Promise<NounRow[] | null> {
  const { actor, database } = reader;
  if (actor.kind === 'SERVICE') requireScope(reader, 'service_token.manage');
  const sight = serviceTokenReads.sight(actor);
  if (sight === null) return null;
  const plan = planOf(info, serviceTokens.type, itself);
  const { rows } = await database.texts(
    sql`SELECT ${plan.selected({ actor, role: roleSql(actor) })} FROM ${serviceTokens.from} ${plan.joins}
      WHERE st.organization_id = ${organization} AND ${sight} ORDER BY st.created_at DESC, st.id DESC`,
  );
  return plan.rowsOf(rows, actor);
}
