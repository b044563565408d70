import { Field, ID, ObjectType } from 'type-graphql';
import { OrganizationRole } from '../access/actor.js';
import { readsDirectory } from '../access/sight.js';
import { sql, viewer } from '../database/sql.js';
import { boolean, parseText, type RowOf, text, time, uuid } from '../database/table.js';
import { Fetch, piece } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { WorkspaceOwner } from '../graphql/workspace-owner.js';

export const users = new Noun('User', 'usr', {
  name: 'users',
  alias: 'u',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    /** The identity provider's id of the person: the claim `sub`. */
    subject: text(),
    name: text(),
    /** What the person is found by: of the name and of the e-mail address. */
    searchKey: text(),
    email: text(),
    organizationRole: text<OrganizationRole>().default(`'${OrganizationRole.MEMBER}'`),
    /** Whether the person can sign in. */
    active: boolean().default('true'),
    /** When the word that the row stands on was given, at the earliest: before a token's `iat`, or the moment of a directory sync. */
    claimsIssuedAt: time().nullable(),
    createdAt: time().default('now()'),
    updatedAt: time().default('now()'),
  },
});

export type UserRow = RowOf<typeof users>;

/** The subject of the user `u`, as far as the actor may know it. */
export const shownSubject = piece<string | null>(
  ({ actor }) => (readsDirectory(actor) ? sql`u.subject` : sql`CASE WHEN u.id = ${viewer} THEN u.subject END`),
  parseText,
);

@ObjectType({
  implements: [Node, WorkspaceOwner],
  simpleResolvers: true,
  description: 'A person of the organization, known from the identity provider.',
})
export class User {
  @Field(() => ID, { description: 'Global id, `usr_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name to show.' })
  readonly name!: string;

  @Field(() => String, { description: 'E-mail address; empty where the identity provider gave none.' })
  readonly email!: string;

  @Field(() => Boolean, { description: 'Whether the person can sign in.' })
  readonly active!: boolean;

  @Fetch(shownSubject)
  @Field(() => String, {
    nullable: true,
    description:
      "The identity provider's subject: the claim `sub`. Null for who is neither that person nor may read the directory.",
  })
  readonly subject!: string | null;
}
