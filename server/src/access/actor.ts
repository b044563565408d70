import { registerEnumType } from 'type-graphql';

/** Who makes a request. Everything an actor reads or changes lies in its one organization. */
export interface Actor {
  readonly kind: 'USER';
  readonly userId: string;
  readonly name: string;
  readonly organizationId: string;
  readonly organizationRole: OrganizationRole;
  /** ISO 4217 code of the organization's currency. */
  readonly currency: string;
}

export enum OrganizationRole {
  ADMIN = 'ADMIN',
  MEMBER = 'MEMBER',
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

export function isOrganizationAdmin(actor: Actor): boolean {
  return actor.organizationRole === OrganizationRole.ADMIN;
}
