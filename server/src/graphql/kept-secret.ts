import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from './scalars.js';

/** What is told of a secret beside its end, whosever it is. */
@ObjectType({ simpleResolvers: true })
export abstract class KeptSecret {
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it stops being accepted; null for the newest one.',
  })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The minute in which it was last accepted; null for never.',
  })
  readonly lastUsedAt!: Date | null;
}
