import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Fetch, type Fetched } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Money } from '../graphql/money.js';
import { Workspace } from '../workspace/workspace.entity.js';
import {
  createLlmConfiguration,
  deleteLlmConfiguration,
  updateLlmConfiguration,
} from './llm-configuration.commands.js';
import { LlmConfiguration, llmConfigurations } from './llm-configuration.entity.js';
import {
  CreateLlmConfigurationInput,
  CreateLlmConfigurationPayload,
  DeleteLlmConfigurationInput,
  DeleteLlmConfigurationPayload,
  UpdateLlmConfigurationInput,
  UpdateLlmConfigurationPayload,
} from './llm-configuration.inputs.js';
import { listLlmConfigurations } from './llm-configuration.queries.js';

const LlmConfigurationConnection = connectionType('LlmConfiguration', () => LlmConfiguration);

const { inputPricePerMillionTokens, cachedInputPricePerMillionTokens, outputPricePerMillionTokens } =
  llmConfigurations.columns;

@Resolver(() => LlmConfiguration)
export class LlmConfigurationResolver {
  @Mutation(() => CreateLlmConfigurationPayload, { nullable: true, description: 'Makes a configuration.' })
  createLlmConfiguration(
    @Ctx() reader: Reader,
    @Arg('input', () => CreateLlmConfigurationInput, { description: 'The new configuration.' })
    input: CreateLlmConfigurationInput,
  ): Promise<CreateLlmConfigurationPayload> {
    return perform(reader, createLlmConfiguration, input);
  }

  @Mutation(() => UpdateLlmConfigurationPayload, {
    nullable: true,
    description: 'Changes a configuration, if nobody else has changed it since it was read.',
  })
  updateLlmConfiguration(
    @Ctx() reader: Reader,
    @Arg('input', () => UpdateLlmConfigurationInput, { description: 'What to change.' })
    input: UpdateLlmConfigurationInput,
  ): Promise<UpdateLlmConfigurationPayload> {
    return perform(reader, updateLlmConfiguration, input);
  }

  @Mutation(() => DeleteLlmConfigurationPayload, {
    nullable: true,
    description: 'Deletes a configuration that no route uses; logs and audit go on knowing it.',
  })
  deleteLlmConfiguration(
    @Ctx() reader: Reader,
    @Arg('input', () => DeleteLlmConfigurationInput, { description: 'Which configuration.' })
    input: DeleteLlmConfigurationInput,
  ): Promise<DeleteLlmConfigurationPayload> {
    return perform(reader, deleteLlmConfiguration, input);
  }

  @Fetch(inputPricePerMillionTokens)
  @FieldResolver(() => Money, { description: 'What a million tokens of input cost.' })
  inputPricePerMillionTokens(amount: string, { actor: { currency } }: Fetched): Money {
    return { amount, currency };
  }

  @Fetch(cachedInputPricePerMillionTokens, inputPricePerMillionTokens)
  @FieldResolver(() => Money, {
    description: 'Of input that the provider answered from its prompt cache; the input price unless given.',
  })
  cachedInputPricePerMillionTokens(cached: string | null, amount: string, { actor: { currency } }: Fetched): Money {
    return { amount: cached ?? amount, currency };
  }

  @Fetch(outputPricePerMillionTokens)
  @FieldResolver(() => Money, { description: 'What a million tokens of output cost.' })
  outputPricePerMillionTokens(amount: string, { actor: { currency } }: Fetched): Money {
    return { amount, currency };
  }
}

@Resolver(() => Workspace)
export class WorkspaceLlmConfigurationsResolver {
  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => LlmConfigurationConnection, { description: 'By name.' })
  async llmConfigurations(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return new LlmConfigurationConnection(await listLlmConfigurations(reader, workspace.uuid, page, info));
  }
}
