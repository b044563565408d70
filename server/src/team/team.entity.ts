import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Node, type TypedRow } from '../graphql/node.js';
import { WorkspaceOwner } from '../user/workspace-owner.js';

@Entity('teams')
@ObjectType({
  implements: [Node, WorkspaceOwner],
  simpleResolvers: true,
  description: 'A team of the organization. Sharing one is what team access means.',
})
export class Team {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `team_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  @Field(() => String, {
    description: 'Name as the identity provider gives it.',
  })
  name!: string;

  /** The directory's id of the team; null for one that only tokens have named. */
  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  createdAt!: Date;
}

export interface TeamRow extends TypedRow {
  readonly __typename: 'Team';
  readonly name: string;
}
