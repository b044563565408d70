import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ServiceScope } from '../access/actor.js';
import { Payload } from '../command/payload.js';
import { IdempotencyKey, OverlapSeconds } from '../graphql/fields.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { HasScopes, IsName } from '../graphql/validators.js';
import { ServiceToken } from './service-token.entity.js';

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

  @IdempotencyKey('answers with the first result, without the token')
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'Which service token gets a new secret.' })
export class RotateServiceTokenInput {
  @Field(() => ID, { description: 'The token, `svc_…`.' })
  readonly serviceTokenId!: string;

  @OverlapSeconds()
  readonly overlapSeconds: number = 0;

  @IdempotencyKey('rotates no more, and answers without the token')
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'Which service token to end.' })
export class RevokeServiceTokenInput {
  @Field(() => ID, { description: 'The token, `svc_…`.' })
  readonly serviceTokenId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The new service token, or why it was not made.' })
export class CreateServiceTokenPayload extends Payload {
  @Field(() => ServiceToken, { nullable: true, description: "The token's record." })
  readonly serviceToken?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The only time that the token is shown; null on a repeat with the same idempotencyKey.',
  })
  readonly token?: string | null;

  @Field(() => String, { nullable: true, description: 'Why `token` is null on a repeat, and what to do then.' })
  readonly message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The service token with a new secret, or why it keeps the old one.' })
export class RotateServiceTokenPayload extends Payload {
  @Field(() => ServiceToken, { nullable: true, description: "The token's record, the same as before." })
  readonly serviceToken?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The only time that the new token is shown; null on a repeat with the same idempotencyKey.',
  })
  readonly token?: string | null;

  @Field(() => String, { nullable: true, description: 'Why `token` is null on a repeat, and what to do then.' })
  readonly message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The service token as it is now, or why it was not revoked.' })
export class RevokeServiceTokenPayload extends Payload {
  @Field(() => ServiceToken, { nullable: true, description: 'The token that no longer works.' })
  readonly serviceToken?: string | null;
}
