import { registerEnumType } from 'type-graphql';

/** Who makes a request. Everything an actor reads or changes lies in its one organization. */
export type Actor = UserActor | ServiceActor;

interface AnyActor {
  /** UUID of the person or of the service token. */
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  /** ISO 4217 code of the organization's currency. */
  readonly currency: string;
}

export interface UserActor extends AnyActor {
  readonly kind: 'USER';
  readonly organizationRole: OrganizationRole;
}

export interface ServiceActor extends AnyActor {
  readonly kind: 'SERVICE';
  readonly scopes: readonly ServiceScope[];
}

export enum OrganizationRole {
  ADMIN = 'ADMIN',
  MEMBER = 'MEMBER',
}

export enum ServiceScope {
  WORKSPACES_READ = 'WORKSPACES_READ',
  WORKSPACES_WRITE = 'WORKSPACES_WRITE',
  DIRECTORY_READ = 'DIRECTORY_READ',
  DIRECTORY_WRITE = 'DIRECTORY_WRITE',
  GATEWAY = 'GATEWAY',
}

registerEnumType(OrganizationRole, {
  name: 'OrganizationRole',
  description: 'What a person is in the whole organization.',
  valuesConfig: {
    ADMIN: {
      description: 'Sees every workspace of the organization and counts as its owner.',
    },
    MEMBER: {
      description: 'Sees the workspaces of their own and of their teams.',
    },
  },
});
registerEnumType(ServiceScope, {
  name: 'ServiceScope',
  description: 'What a service may do, in every workspace of its organization.',
  valuesConfig: {
    WORKSPACES_READ: { description: 'Read workspaces and what is in them, audit logs included.' },
    WORKSPACES_WRITE: {
      description:
        'Read, and change what the owner of a workspace may change. Creating and selecting a workspace need a person.',
    },
    DIRECTORY_READ: { description: 'Read the users and teams of the organization.' },
    DIRECTORY_WRITE: { description: 'Read users and teams, and bring them in line with the directory.' },
    GATEWAY: { description: "The gateway's own calls, and nothing else." },
  },
});

export function isOrganizationAdmin(actor: Actor): boolean {
  return actor.kind === 'USER' && actor.organizationRole === OrganizationRole.ADMIN;
}

/** UUID of the person, for columns that name one; null for a service. */
export function userIdOf(actor: Actor): string | null {
  return actor.kind === 'USER' ? actor.id : null;
}
