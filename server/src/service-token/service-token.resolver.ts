import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Query, Resolver } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import { createServiceToken, revokeServiceToken } from './service-token.commands.js';
import { ServiceToken, serviceTokens } from './service-token.entity.js';
import {
  CreateServiceTokenInput,
  CreateServiceTokenPayload,
  RevokeServiceTokenInput,
  RevokeServiceTokenPayload,
} from './service-token.inputs.js';
import { listServiceTokens } from './service-token.queries.js';

/** How many an organization has at the most, as far as the size of an operation goes. */
const tokensUsual = 100;

@Resolver(() => ServiceToken)
export class ServiceTokenResolver {
  @Fetch(serviceTokens.columns.lastFour)
  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedToken(lastFour: string): string {
    return `tvs_…${lastFour}`;
  }

  @Cost({ statements: 1, items: tokensUsual })
  @Query(() => [ServiceToken], {
    nullable: true,
    description:
      'The service tokens of the organization, the newest first, revoked ones included; null for anyone but an organization admin.',
  })
  serviceTokens(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo): Promise<object[] | null> {
    return listServiceTokens(reader, info);
  }

  @Mutation(() => CreateServiceTokenPayload, {
    nullable: true,
    description: 'Makes a credential for another service; organization admins only.',
  })
  createServiceToken(
    @Ctx() reader: Reader,
    @Arg('input', () => CreateServiceTokenInput, { description: 'The token to make.' }) input: CreateServiceTokenInput,
  ): Promise<CreateServiceTokenPayload> {
    return perform(reader, createServiceToken, input);
  }

  @Mutation(() => RevokeServiceTokenPayload, {
    nullable: true,
    description: 'Ends a service token for ever, from the next request on; organization admins only.',
  })
  revokeServiceToken(
    @Ctx() reader: Reader,
    @Arg('input', () => RevokeServiceTokenInput, { description: 'Which token.' }) input: RevokeServiceTokenInput,
  ): Promise<RevokeServiceTokenPayload> {
    return perform(reader, revokeServiceToken, input);
  }
}
