import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { UserErrorCode } from '../errors.js';
import { Cost } from '../fetch/cost.js';

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Why a mutation was refused.',
  valuesConfig: {
    REQUIRED: {
      description: 'A value is missing, or null where nothing can be cleared.',
    },
    INVALID: { description: 'The value is not one that this field takes.' },
    TAKEN: { description: 'Something else already has this name.' },
    NOT_FOUND: {
      description: 'There is no such thing, or the viewer may not see it.',
    },
    FORBIDDEN: { description: 'The viewer sees it, but may not do this.' },
    VERSION_CONFLICT: {
      description: 'It was changed by somebody else since it was read.',
    },
    IDEMPOTENCY_KEY_REUSED: {
      description: 'The idempotency key was used before with another input.',
    },
    LIMIT_REACHED: { description: 'More than one object or request may hold.' },
    REGION_MISMATCH: { description: "A route would leave the workspace's region." },
    IN_USE: { description: 'Another object still uses it.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'An expected refusal. A system failure is a top-level GraphQL error instead.',
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'For programs.' })
  readonly code!: UserErrorCode;

  @Field(() => String, { description: 'A plain sentence for people.' })
  readonly message!: string;

  @Cost({ items: 5 })
  @Field(() => [String], {
    nullable: true,
    description: 'Path into the mutation\'s arguments, such as ["input", "memberIds", "2"]; null for the whole input.',
  })
  readonly field!: readonly string[] | null;
}

/**
 * What every payload carries beside its own fields, `query` among them. A field of a noun's type holds the noun's UUID and
 * is loaded, with what the client asks of it, after the change.
 */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Cost({ items: 20 })
  @Field(() => [UserError], { description: 'Why nothing was changed; empty when it was done.' })
  readonly userErrors!: readonly UserError[];
}
