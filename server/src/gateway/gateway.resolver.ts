import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { authorizeGatewayRequest } from './authorize.js';
import { GatewayAuthorization } from './gateway.entity.js';
import { AuthorizeGatewayRequestInput } from './gateway.inputs.js';

@Resolver()
export class GatewayResolver {
  @Mutation(() => GatewayAuthorization, {
    nullable: true,
    description: 'For a service with the GATEWAY scope: may this request go, where to, and under which guardrails?',
  })
  authorizeGatewayRequest(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => AuthorizeGatewayRequestInput, { description: 'The request.' })
    input: AuthorizeGatewayRequestInput,
  ): Promise<GatewayAuthorization> {
    return authorizeGatewayRequest(reader, input, info);
  }
}
