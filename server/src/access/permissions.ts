import { registerEnumType } from 'type-graphql';
import { Refusal } from '../errors.js';

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

const { OWNER, ADMIN, MEMBER, VIEWER } = MemberRole;

/** Who may do what in a workspace: the one table that every mutation and every `viewerCan…` field reads. */
const permissions = {
  'workspace.read': [OWNER, ADMIN, MEMBER, VIEWER],
  'workspace.update_settings': [OWNER, ADMIN],
} as const satisfies Record<string, readonly MemberRole[]>;

export type Permission = keyof typeof permissions;

/** Whether the role, null for somebody without sight of the workspace, holds the permission. */
export function may(role: MemberRole | null, permission: Permission): boolean {
  const roles: readonly MemberRole[] = permissions[permission];
  return role !== null && roles.includes(role);
}

/**
 * Lets the role pass or refuses it.
 * @throws Refusal NOT_FOUND without sight of the workspace, FORBIDDEN with sight but without the permission.
 */
export function authorize(role: MemberRole | null, permission: Permission, field: readonly string[]): void {
  if (role === null) throw Refusal.of('workspaceNotFound', ...field);
  if (!may(role, permission)) throw Refusal.of('forbidden', ...field);
}
