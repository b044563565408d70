import { registerEnumType } from 'type-graphql';
import { Refusal } from '../errors.js';
import { type Actor, isOrganizationAdmin, ServiceScope } from './actor.js';

export enum MemberRole {
  OWNER = 'OWNER',
  ADMIN = 'ADMIN',
  MEMBER = 'MEMBER',
  VIEWER = 'VIEWER',
}

registerEnumType(MemberRole, {
  name: 'MemberRole',
  description: 'What a person may do in a workspace; each role includes those below it.',
  valuesConfig: {
    OWNER: {
      description: 'Everything, ownership included. A workspace has exactly one owner.',
    },
    ADMIN: { description: "Settings, members and everybody's keys." },
    MEMBER: { description: 'Reads, and has keys of their own.' },
    VIEWER: { description: 'Reads.' },
  },
});

/** Who holds a permission: people by their role in the workspace, or in the organization; services by any of the scopes. */
export type Rule = { readonly scopes: readonly ServiceScope[] } & (
  | { readonly roles: readonly MemberRole[] }
  | { readonly people: 'everybody' | 'organization admins' | 'nobody' }
);

const { OWNER, ADMIN, MEMBER, VIEWER } = MemberRole;
const { WORKSPACES_READ, WORKSPACES_WRITE, DIRECTORY_READ, DIRECTORY_WRITE, GATEWAY } = ServiceScope;
const anyReading = [WORKSPACES_READ, WORKSPACES_WRITE, DIRECTORY_READ, DIRECTORY_WRITE];

/** Who may do what: the one table that every query, every mutation and every `viewerCan…` field reads. */
export const permissions = {
  'workspace.read': { roles: [OWNER, ADMIN, MEMBER, VIEWER], scopes: [WORKSPACES_READ, WORKSPACES_WRITE] },
  'workspace.read_audit_log': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_READ, WORKSPACES_WRITE] },
  'organization.read_audit_log': { people: 'organization admins', scopes: [] },
  'workspace.create': { people: 'everybody', scopes: [] },
  'workspace.select': { roles: [OWNER, ADMIN, MEMBER, VIEWER], scopes: [] },
  'workspace.update_settings': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_WRITE] },
  'workspace.change_roles': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_WRITE] },
  'workspace.review': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_WRITE] },
  'workspace.transfer_ownership': { roles: [OWNER], scopes: [WORKSPACES_WRITE] },
  'workspace.archive': { roles: [OWNER], scopes: [WORKSPACES_WRITE] },
  'virtual_key.create': { roles: [OWNER, ADMIN, MEMBER], scopes: [WORKSPACES_WRITE] },
  'virtual_key.change_own': { roles: [OWNER, ADMIN, MEMBER], scopes: [WORKSPACES_WRITE] },
  'virtual_key.change_any': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_WRITE] },
  'virtual_key.review': { roles: [OWNER, ADMIN], scopes: [WORKSPACES_WRITE] },
  'service_token.manage': { people: 'organization admins', scopes: [] },
  'gateway.call': { people: 'nobody', scopes: [GATEWAY] },
  'gateway.read': { roles: [OWNER, ADMIN, MEMBER, VIEWER], scopes: [WORKSPACES_READ, WORKSPACES_WRITE, GATEWAY] },
  'node.read': { people: 'everybody', scopes: [...anyReading, GATEWAY] },
  'person.read': { people: 'everybody', scopes: anyReading },
  'directory.read': { people: 'organization admins', scopes: [DIRECTORY_READ, DIRECTORY_WRITE] },
  'team_access.sync': { people: 'organization admins', scopes: [DIRECTORY_WRITE] },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissions;

/** From the least to the most; nobody grants more than they have. */
const ranks: readonly MemberRole[] = [VIEWER, MEMBER, ADMIN, OWNER];

/** Whether the first role includes the second. */
export function includesRole(role: MemberRole, other: MemberRole): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(other);
}

/** Whether the actor holds the permission as far as that does not hang on a workspace. */
export function mayAnywhere(actor: Actor, permission: Permission): boolean {
  const rule: Rule = permissions[permission];
  if (actor.kind === 'SERVICE') return rule.scopes.some((scope) => actor.scopes.includes(scope));
  if (!('people' in rule) || rule.people === 'everybody') return true;
  return rule.people === 'organization admins' && isOrganizationAdmin(actor);
}

/** Whether the actor, with this role in the workspace or null without sight of it, holds the permission. */
export function may(actor: Actor, role: MemberRole | null, permission: Permission): boolean {
  const rule: Rule = permissions[permission];
  return mayAnywhere(actor, permission) && 'roles' in rule && role !== null && rule.roles.includes(role);
}

/**
 * Lets the actor pass or refuses.
 * @throws Refusal NOT_FOUND without sight of the workspace, FORBIDDEN with sight but without the permission.
 */
export function authorize(
  actor: Actor,
  role: MemberRole | null,
  permission: Permission,
  field: readonly string[],
): asserts role is MemberRole {
  if (role === null) throw Refusal.of('workspaceNotFound', ...field);
  if (!may(actor, role, permission)) throw Refusal.of('forbidden', ...field);
}

/**
 * Lets the actor pass as far as that does not hang on a workspace.
 * @throws Refusal FORBIDDEN
 */
export function authorizeAnywhere(actor: Actor, permission: Permission): void {
  if (mayAnywhere(actor, permission)) return;
  const rule: Rule = permissions[permission];
  if (actor.kind === 'SERVICE') throw Refusal.of(rule.scopes.length > 0 ? 'scopeMissing' : 'personNeeded');
  throw Refusal.of('people' in rule && rule.people === 'nobody' ? 'serviceNeeded' : 'organizationAdminsOnly');
}

/** The scopes of which a service needs one for the permission. */
export function scopesFor(permission: Permission): readonly ServiceScope[] {
  return permissions[permission].scopes;
}

/** The roles in a workspace that hold the permission. */
export function rolesFor(permission: Permission): readonly MemberRole[] {
  const rule: Rule = permissions[permission];
  return 'roles' in rule ? rule.roles : [];
}
