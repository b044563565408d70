import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { maskedSecret } from '../auth/secret.js';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Along, Fetch } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { createServiceToken, revokeServiceToken, rotateServiceToken } from './service-token.commands.js';
import { ServiceToken, serviceTokens } from './service-token.entity.js';
import {
  CreateServiceTokenInput,
  CreateServiceTokenPayload,
  RevokeServiceTokenInput,
  RevokeServiceTokenPayload,
  RotateServiceTokenInput,
  RotateServiceTokenPayload,
} from './service-token.inputs.js';
import { isGoodToken, listServiceTokens, secretsOfToken } from './service-token.queries.js';
import { ServiceTokenSecret } from './service-token-secret.entity.js';

const ServiceTokenConnection = connectionType('ServiceToken', () => ServiceToken);

/** One, and during a rotation's overlap another. */
const secretsMax = 2;

/** A row of which the field `secrets` is asked. */
interface TokenWithSecrets extends NounRow {
  readonly secrets: boolean;
}

@Resolver(() => ServiceToken)
export class ServiceTokenResolver {
  @Fetch(serviceTokens.columns.lastFour)
  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedToken(lastFour: string): string {
    return maskedSecret('tvs_', lastFour);
  }

  @Cost({ statements: 1, items: secretsMax })
  @Along(isGoodToken)
  @FieldResolver(() => [ServiceTokenSecret], {
    description:
      'The secrets that are accepted now, newest first: two while a rotation overlaps, none once it is revoked or has expired.',
  })
  secrets(
    @Root() { uuid, secrets: isGood }: TokenWithSecrets,
    @Ctx() reader: Reader,
  ): readonly ServiceTokenSecret[] | Promise<readonly ServiceTokenSecret[]> {
    return isGood ? secretsOfToken(reader).load(uuid) : [];
  }

  @Cost({ statements: 1, items: 'page' })
  @Query(() => ServiceTokenConnection, {
    nullable: true,
    description:
      'The service tokens of the organization, the newest first, revoked ones included; null for anyone but an organization admin.',
  })
  async serviceTokens(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo, @Args(() => PageArgs) page: PageArgs) {
    const tokens = await listServiceTokens(reader, page, info);
    return tokens === null ? null : new ServiceTokenConnection(tokens);
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

  @Mutation(() => RotateServiceTokenPayload, {
    nullable: true,
    description: 'A new secret under the same id, so that its history goes on; organization admins only.',
  })
  rotateServiceToken(
    @Ctx() reader: Reader,
    @Arg('input', () => RotateServiceTokenInput, { description: 'Which token, and how long the old secret goes on.' })
    input: RotateServiceTokenInput,
  ): Promise<RotateServiceTokenPayload> {
    return perform(reader, rotateServiceToken, input);
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
