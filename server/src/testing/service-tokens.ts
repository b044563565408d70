import { mutate, run, type UserErrorFixture } from './fixtures.js';
import { changeRows, organizationOf, setLastUse } from './rows.js';
import { newOrganization, type Person, person } from './test-server.js';
import { server } from './use-server.js';

export const scopes = ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_READ', 'DIRECTORY_WRITE', 'GATEWAY'] as const;

export interface ServiceToken {
  readonly id: string;
  readonly name: string;
  readonly maskedToken: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

const tokenFields = 'id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt';

interface Created {
  readonly serviceToken: ServiceToken | null;
  readonly token: string | null;
  readonly message: string | null;
  readonly userErrors: readonly UserErrorFixture[];
}

export function create(who: Person, input: object = {}): Promise<Created> {
  return mutate<Created>(server, who, {
    name: 'createServiceToken',
    input: { name: 'Billing', scopes: ['WORKSPACES_READ'], ...input },
    fields: `serviceToken { ${tokenFields} } token message`,
  });
}

export async function newToken(who: Person, input: object = {}): Promise<ServiceToken & { readonly token: string }> {
  const { serviceToken, token, userErrors } = await create(who, input);
  if (serviceToken === null || token === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return { ...serviceToken, token };
}

export function revoke(who: Person, serviceTokenId: string) {
  return mutate<{ serviceToken: ServiceToken | null }>(server, who, {
    name: 'revokeServiceToken',
    input: { serviceTokenId },
    fields: `serviceToken { ${tokenFields} }`,
  });
}

export interface Rotated {
  readonly serviceToken: (ServiceToken & { readonly secrets: readonly Secret[] }) | null;
  readonly token: string | null;
  readonly message: string | null;
}

export interface Secret {
  readonly maskedToken: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export const secretFields = 'secrets { maskedToken createdAt expiresAt lastUsedAt }';

export function rotate(who: Person, serviceTokenId: string, input: object = {}) {
  return mutate<Rotated>(server, who, {
    name: 'rotateServiceToken',
    input: { serviceTokenId, ...input },
    fields: `serviceToken { ${tokenFields} ${secretFields} } token message`,
  });
}

/** All of them, which are a hundred at most. */
export async function list(who: Person): Promise<readonly ServiceToken[] | null> {
  const query = `{ serviceTokens(first: 100) { nodes { ${tokenFields} } } }`;
  const { serviceTokens } = await run<{ serviceTokens: { nodes: ServiceToken[] } | null }>(server, who, query);
  return serviceTokens?.nodes ?? null;
}

export async function newAdmin(org = newOrganization()): Promise<Person> {
  return person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
}

/** The audit events about service tokens of the organization of the person, oldest first. */
export async function events(who: Person) {
  return server.database.rows<{ action: string; target: string; changes: object[] }>({
    text: `SELECT e.action, e.workspace_id AS workspace, e.actor_kind AS kind, e.actor_id AS actor, e.actor_name AS name,
        e.target_id AS target, e.changes
      FROM audit_events e WHERE e.organization_id = $1 AND e.action LIKE 'service_token.%' ORDER BY e.id`,
    values: [await organizationOf(server, who.id)],
  });
}

export function whoAmI(token: string) {
  return server.request<{ viewer: { user: object | null } }>({ token, query: '{ viewer { user { id } } }' });
}

/** Moves a time of the token in the database, as if it had passed. */
export async function setTime(
  id: string,
  column: 'expires_at' | 'last_used_at' | 'revoked_at' | 'created_at',
  sql: string,
): Promise<void> {
  if (column === 'last_used_at') await setLastUse(server, [id], sql);
  else await changeRows(server, id, `${column} = ${sql}`);
}
