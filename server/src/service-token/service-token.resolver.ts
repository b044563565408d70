import {
  Arg,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { mayAnywhere } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { answer, Payload } from '../graphql/payload.js';
import { ServiceToken, type ServiceTokenRow } from './service-token.entity.js';
import { CreateServiceTokenInput, RevokeServiceTokenInput } from './service-token.inputs.js';
import { allServiceTokens } from './service-token.loaders.js';
import { createServiceToken, revokeServiceToken } from './service-token.service.js';

/** How many an organization has at the most, as far as the size of an operation goes. */
const tokensUsual = 100;

const repeated =
  'This was made before, and its token is shown only once. Revoke it and create another to get a new one.';

@ObjectType({ simpleResolvers: true, description: 'The new service token, or why it was not made.' })
export class CreateServiceTokenPayload extends Payload {
  @Field(() => ServiceToken, { nullable: true, description: "The token's record." })
  readonly serviceToken?: ServiceTokenRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The only time that the token is shown; null on a repeat with the same idempotencyKey.',
  })
  readonly token?: string | null;

  @Field(() => String, { nullable: true, description: 'Why `token` is null on a repeat, and what to do then.' })
  readonly message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The service token as it is now, or why it was not revoked.' })
export class RevokeServiceTokenPayload extends Payload {
  @Field(() => ServiceToken, { nullable: true, description: 'The token that no longer works.' })
  readonly serviceToken?: ServiceTokenRow | null;
}

@Resolver(() => ServiceToken)
export class ServiceTokenResolver {
  @FieldResolver(() => ID)
  id(@Root() token: ServiceTokenRow): string {
    return toGlobalId('ServiceToken', token.id);
  }

  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedToken(@Root() token: ServiceTokenRow): string {
    return `tvs_…${token.lastFour}`;
  }

  @Extensions({ itemsMax: tokensUsual })
  @Query(() => [ServiceToken], {
    nullable: true,
    description:
      'The service tokens of the organization, the newest first, revoked ones included; null for anyone but an organization admin.',
  })
  async serviceTokens(@Ctx() context: RequestContext): Promise<ServiceTokenRow[] | null> {
    const { actor, database } = context;
    if (actor.kind === 'SERVICE') requireScope(context, 'service_token.manage');
    return mayAnywhere(actor, 'service_token.manage') ? allServiceTokens(database, actor) : null;
  }

  @Mutation(() => CreateServiceTokenPayload, {
    nullable: true,
    description: 'Makes a credential for another service; organization admins only.',
  })
  createServiceToken(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateServiceTokenInput, { description: 'The token to make.' }) input: CreateServiceTokenInput,
  ): Promise<CreateServiceTokenPayload> {
    return answer({ context, permission: 'service_token.manage', input }, async () => {
      const { id, token } = await createServiceToken(context, input);
      const serviceToken = await context.loaders.serviceTokens.load(id);
      return { serviceToken, token, message: token === null ? repeated : null };
    });
  }

  @Mutation(() => RevokeServiceTokenPayload, {
    nullable: true,
    description: 'Ends a service token for ever, from the next request on; organization admins only.',
  })
  revokeServiceToken(
    @Ctx() context: RequestContext,
    @Arg('input', () => RevokeServiceTokenInput, { description: 'Which token.' }) input: RevokeServiceTokenInput,
  ): Promise<RevokeServiceTokenPayload> {
    return answer({ context, permission: 'service_token.manage', input }, async () => {
      const id = await revokeServiceToken(context, input);
      context.forgetReads();
      return { serviceToken: await context.loaders.serviceTokens.load(id) };
    });
  }
}
