import { Field, ID, ObjectType } from 'type-graphql';
import { readsDirectory } from '../access/sight.js';
import { sql } from '../database/sql.js';
import { parseText, type RowOf, text, time, uuid } from '../database/table.js';
import { Fetch, piece } from '../fetch/fetch.js';
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
    /** What is unique of the name. */
    nameKey: text(),
    /** What the name is found by. */
    searchKey: text(),
    createdAt: time().default('now()'),
  },
});

export type TeamRow = RowOf<typeof teams>;

/** The directory's id of the team `t`, as far as the actor may know it. */
export const shownExternalId = piece<string | null>(
  ({ actor }) => (readsDirectory(actor) ? sql`t.external_id` : sql`NULL::text`),
  parseText,
);

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

  @Fetch(shownExternalId)
  @Field(() => String, {
    nullable: true,
    description:
      "The directory's id of the team; null for a team known from tokens alone, and for who may not read the directory.",
  })
  readonly externalId!: string | null;
}
