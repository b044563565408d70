import { Field, ID, ObjectType } from 'type-graphql';
import type { MemberRole } from '../access/permissions.js';
import { type RowOf, text, time, uuid } from '../database/table.js';
import { Fetch } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { User } from '../user/user.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';

export const members = new Noun('Member', 'mem', {
  name: 'members',
  alias: 'm',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    /** The workspace's name, so that a person's cards lie in order; the name never changes. */
    workspaceName: text(),
    userId: uuid(),
    /** As stored: OWNER is never stored, it follows from the workspace's owner. */
    role: text<MemberRole>(),
    joinedAt: time().default('now()'),
  },
});

export type MemberRow = RowOf<typeof members>;

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A person in a workspace, with a role.' })
export class Member {
  @Field(() => ID, { description: 'Global id, `mem_…`.' })
  readonly id!: string;

  @Fetch(members.columns.workspaceId)
  @Field(() => Workspace, { description: 'The workspace of the membership.' })
  readonly workspace!: Workspace;

  @Fetch(members.columns.userId)
  @Field(() => User, { description: 'The person.' })
  readonly user!: User;

  @Field(() => DateTimeScalar, { description: 'When the person became a member.' })
  readonly joinedAt!: Date;
}
