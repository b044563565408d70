import { Field, ID, ObjectType } from 'type-graphql';
import { ServiceScope } from '../access/actor.js';
import { type RowOf, text, texts, time, uuid } from '../database/table.js';
import { Cost } from '../fetch/cost.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';

export const serviceTokens = new Noun('ServiceToken', 'svc', {
  name: 'service_tokens',
  alias: 'st',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    name: text(),
    /** Of the newest secret. */
    lastFour: text(),
    scopes: texts<ServiceScope>(),
    createdById: uuid(),
    createdAt: time().default('now()'),
    expiresAt: time().nullable(),
    /** The minute in which a request last came with it. */
    lastUsedAt: time().nullable(),
    revokedAt: time().nullable(),
  },
});

export type ServiceTokenRow = RowOf<typeof serviceTokens>;

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A credential for another service; only an organization admin makes one.',
})
export class ServiceToken {
  @Field(() => ID, { description: 'Global id, `svc_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name to show, such as that of the service.' })
  readonly name!: string;

  @Cost({ items: Object.keys(ServiceScope).length })
  @Field(() => [ServiceScope], { description: 'What the service may do.' })
  readonly scopes!: readonly ServiceScope[];

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null for never.' })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The minute in which a request last came with it; null for never.',
  })
  readonly lastUsedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null where it works still.' })
  readonly revokedAt!: Date | null;
}
