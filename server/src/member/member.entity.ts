import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MemberRole } from '../access/permissions.js';
import { Node, type TypedRow } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';

@Entity('members')
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A person in a workspace, with a role.',
})
export class Member {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `mem_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  /** The workspace's name in folded case, so that a person's cards lie in order; the name never changes. */
  @Column('text', { name: 'workspace_name_key' })
  workspaceNameKey!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** As stored: OWNER is never stored, it follows from the workspace's owner. */
  @Column('text')
  @Field(() => MemberRole, {
    description: 'What the person may do in the workspace.',
  })
  role!: MemberRole;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'joined_at',
    default: () => 'now()',
  })
  @Field(() => DateTimeScalar, {
    description: 'When the person became a member.',
  })
  joinedAt!: Date;
}

export interface MemberRow extends TypedRow {
  readonly __typename: 'Member';
  readonly workspaceId: string;
  readonly userId: string;
  readonly role: MemberRole;
  readonly joinedAt: Date;
}
