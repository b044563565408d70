import { Field, ID, InputType } from 'type-graphql';
import { ServiceScope } from '../access/actor.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { HasScopes, IfPresent, IsIdempotencyKey, IsName } from '../graphql/validators.js';

@InputType({ description: 'A new credential for another service.' })
export class CreateServiceTokenInput {
  @Field(() => String, { description: '1 to 80 characters after trimming, such as the name of the service.' })
  @IsName()
  readonly name!: string;

  @Field(() => [ServiceScope], { description: 'What the service may do; at least one scope.' })
  @HasScopes()
  readonly scopes!: ServiceScope[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the token stops working, in the future; null for never.',
  })
  readonly expiresAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'A repeat with the same key and the same input answers with the first result, without the token.',
  })
  @IfPresent()
  @IsIdempotencyKey()
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'Which service token to end.' })
export class RevokeServiceTokenInput {
  @Field(() => ID, { description: 'The token, `svc_…`.' })
  readonly serviceTokenId!: string;
}
