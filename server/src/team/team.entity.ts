import { Field, ID, ObjectType } from 'type-graphql';
import { type RowOf, text, time, uuid } from '../database/table.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { WorkspaceOwner } from '../graphql/workspace-owner.js';

export const teams = new Noun('Team', 'team', {
  name: 'teams',
  alias: 't',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    /** The directory's id of the team; null for one that only tokens have named. */
    externalId: text().nullable(),
    name: text(),
    createdAt: time().default('now()'),
  },
});

export type TeamRow = RowOf<typeof teams>;

@ObjectType({
  implements: [Node, WorkspaceOwner],
  simpleResolvers: true,
  description: 'A team of the organization. Sharing one is what team access means.',
})
export class Team {
  @Field(() => ID, { description: 'Global id, `team_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name as the identity provider gives it.' })
  readonly name!: string;
}
