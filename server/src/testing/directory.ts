import { expect } from '@jest/globals';
import { mutate, run } from './fixtures.js';
import { organizationIdOf } from './rows.js';
import { newOrganization, type Person, person, signToken, type TokenClaims } from './test-server.js';
import { server } from './use-server.js';

export interface DirectoryUser {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly role?: 'ADMIN' | 'MEMBER';
  readonly active?: boolean;
}

interface DirectoryTeam {
  readonly externalId: string;
  readonly name: string;
  readonly subjects: readonly string[];
}

export interface Directory {
  readonly users?: readonly DirectoryUser[];
  readonly teams?: readonly DirectoryTeam[];
  readonly complete?: boolean;
  readonly dryRun?: boolean;
}

export function user(subject: string, more: Partial<DirectoryUser> = {}): DirectoryUser {
  return { subject, name: subject, email: `${subject}@example.com`, ...more };
}

export function team(externalId: string, subjects: readonly string[] = [], name = externalId): DirectoryTeam {
  return { externalId, name, subjects };
}

export function sync(who: Person, directory: Directory) {
  return mutate<{ usersChanged: number; teamsChanged: number }>(server, who, {
    name: 'syncTeamAccess',
    input: { users: [], teams: [], ...directory },
    fields: 'usersChanged teamsChanged',
  });
}

export const changed = (usersChanged: number, teamsChanged: number) => ({ usersChanged, teamsChanged, userErrors: [] });
export const refused = (code: string, ...paths: readonly (readonly string[])[]) => ({
  usersChanged: 0,
  teamsChanged: 0,
  userErrors: paths.map((path) => ({ code, message: expect.any(String), field: ['input', ...path] })),
});

export async function newAdmin(org = newOrganization()): Promise<Person & { readonly org: string }> {
  return { ...(await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' })), org };
}

/** The organization as the tables have it, without the admin that the tests begin with. */
export async function kept(org: string) {
  const values = [await organizationIdOf(server, org)];
  const [users, teams] = await Promise.all([
    server.database.rows<{ subject: string; name: string; email: string; role: string; active: boolean }>({
      text: `SELECT u.subject, u.name, u.email, u.organization_role AS role, u.active
        FROM users u WHERE u.organization_id = $1 AND u.subject <> 'root' ORDER BY u.subject COLLATE "C"`,
      values,
    }),
    server.database.rows<{ id: string; name: string; externalId: string | null; subjects: string[] }>({
      text: `SELECT t.id, t.name, t.external_id AS "externalId", ARRAY(
          SELECT u.subject FROM team_memberships tm JOIN users u ON u.organization_id = $1 AND u.id = tm.user_id
          WHERE tm.organization_id = $1 AND tm.team_id = t.id ORDER BY u.subject COLLATE "C"
        ) AS subjects
        FROM teams t WHERE t.organization_id = $1 ORDER BY t.name COLLATE "C"`,
      values,
    }),
  ]);
  return { users, teams };
}

export async function teamsOf(org: string): Promise<Record<string, readonly string[]>> {
  return Object.fromEntries((await kept(org)).teams.map(({ name, subjects }) => [name, subjects]));
}

/** Audit events of the organization that have no workspace, oldest first; those of one call in the order of its input. */
export async function events(org: string) {
  return server.database.rows<{ action: string; kind: string; actor: string; target: string; changes: object[] }>({
    text: `SELECT e.action, e.actor_kind AS kind, e.actor_id AS actor, e.target_id AS target, e.changes
      FROM audit_events e JOIN organizations o ON o.id = e.organization_id
      WHERE o.external_id = $1 AND e.workspace_id IS NULL AND e.action !~ '^service_token' ORDER BY e.id`,
    values: [org],
  });
}

export function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}

interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  readonly active: string | null;
}

export async function viewerOf(who: Pick<Person, 'token'>): Promise<Viewer> {
  const { viewer } = await run<{
    viewer: {
      user: { id: string; name: string };
      organizationRole: string;
      teams: { name: string }[];
      activeWorkspace: { id: string } | null;
    };
  }>(
    server,
    { id: '', ...who },
    '{ viewer { user { id name } organizationRole teams { name } activeWorkspace { id } } }',
  );
  return {
    ...viewer.user,
    role: viewer.organizationRole,
    teams: viewer.teams.map(({ name }) => name),
    active: viewer.activeWorkspace?.id ?? null,
  };
}

export async function signIn(claims: TokenClaims): Promise<Viewer> {
  return viewerOf({ token: await signToken(claims) });
}

export async function statusOf(who: Pick<Person, 'token'>): Promise<number> {
  return (await server.request({ token: who.token, query: '{ __typename }' })).status;
}

export function select(who: Person, workspaceId: string) {
  return mutate<{ workspace: { id: string } | null }>(server, who, {
    name: 'selectWorkspace',
    input: { workspaceId },
    fields: 'workspace { id }',
  });
}
