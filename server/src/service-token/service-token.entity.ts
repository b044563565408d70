import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ServiceScope } from '../access/actor.js';
import { Node, type TypedRow } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';

@Entity('service_tokens')
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A credential for another service; only an organization admin makes one.',
})
export class ServiceToken {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `svc_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  @Field(() => String, { description: 'Name to show, such as that of the service.' })
  name!: string;

  /** SHA-256 of the token. */
  @Column('bytea', { name: 'token_digest', select: false })
  tokenDigest!: Buffer;

  /** The token's last four characters. */
  @Column('text', { name: 'last_four' })
  lastFour!: string;

  @Column('text', { array: true })
  @Field(() => [ServiceScope], { description: 'What the service may do.' })
  scopes!: ServiceScope[];

  @Column('uuid', { name: 'created_by_id' })
  createdById!: string;

  @Column({ type: 'timestamptz', precision: 3, name: 'created_at', default: () => 'now()' })
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3, name: 'expires_at', nullable: true })
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null for never.' })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'last_used_at', nullable: true })
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The minute in which a request last came with it; null for never.',
  })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'revoked_at', nullable: true })
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null where it works still.' })
  revokedAt!: Date | null;
}

export interface ServiceTokenRow extends TypedRow {
  readonly __typename: 'ServiceToken';
  readonly name: string;
  readonly lastFour: string;
  readonly scopes: readonly ServiceScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}
