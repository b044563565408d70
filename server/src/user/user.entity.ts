import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OrganizationRole } from '../access/actor.js';
import { Node, type TypedRow } from '../graphql/node.js';
import { WorkspaceOwner } from './workspace-owner.js';

@Entity('users')
@ObjectType({
  implements: [Node, WorkspaceOwner],
  simpleResolvers: true,
  description: 'A person of the organization, known from the identity provider.',
})
export class User {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `usr_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  /** The identity provider's id of the person: the claim `sub`. */
  @Column('text')
  subject!: string;

  @Column('text')
  @Field(() => String, { description: 'Name to show.' })
  name!: string;

  @Column({
    type: 'text',
    name: 'name_key',
    insert: false,
    update: false,
    select: false,
  })
  nameKey!: string;

  @Column('text')
  @Field(() => String, {
    description: 'E-mail address; empty where the identity provider gave none.',
  })
  email!: string;

  @Column('text', {
    name: 'organization_role',
    default: OrganizationRole.MEMBER,
  })
  organizationRole!: OrganizationRole;

  /** Whether the person can sign in. */
  @Column('boolean', { default: true })
  active!: boolean;

  /** When the word that the row stands on was given: a token's `iat`, or the moment of a directory sync. */
  @Column({ type: 'timestamptz', precision: 3, name: 'claims_issued_at', nullable: true })
  claimsIssuedAt!: Date | null;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  createdAt!: Date;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'updated_at',
    default: () => 'now()',
  })
  updatedAt!: Date;
}

/** What the API shows of a person. */
export interface UserRow extends TypedRow {
  readonly __typename: 'User';
  readonly name: string;
  readonly email: string;
}
