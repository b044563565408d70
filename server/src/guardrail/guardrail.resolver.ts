import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { createGuardrail, deleteGuardrail, updateGuardrail } from './guardrail.commands.js';
import { Guardrail } from './guardrail.entity.js';
import {
  CreateGuardrailInput,
  CreateGuardrailPayload,
  DeleteGuardrailInput,
  DeleteGuardrailPayload,
  UpdateGuardrailInput,
  UpdateGuardrailPayload,
} from './guardrail.inputs.js';
import { checkGuardrails, listGuardrails } from './guardrail.queries.js';
import { CheckGuardrailsInput, GuardrailCheck } from './guardrail-check.entity.js';

const GuardrailConnection = connectionType('Guardrail', () => Guardrail);

@Resolver(() => Guardrail)
export class GuardrailResolver {
  // A text of the longest may take a second: five are as much as an operation may ask for.
  @Cost({ statements: 2, work: 9_000 })
  @Query(() => GuardrailCheck, {
    nullable: true,
    description:
      "What a workspace's guardrails make of a text, which is kept nowhere; null where the viewer sees no such workspace.",
  })
  checkGuardrails(
    @Ctx() reader: Reader,
    @Arg('input', () => CheckGuardrailsInput, { description: 'The text, and where it belongs.' })
    input: CheckGuardrailsInput,
  ): Promise<GuardrailCheck | null> {
    return checkGuardrails(reader, input);
  }

  @Mutation(() => CreateGuardrailPayload, {
    nullable: true,
    description: 'Makes a guardrail; those from its place on move down.',
  })
  createGuardrail(
    @Ctx() reader: Reader,
    @Arg('input', () => CreateGuardrailInput, { description: 'The new guardrail.' }) input: CreateGuardrailInput,
  ): Promise<CreateGuardrailPayload> {
    return perform(reader, createGuardrail, input);
  }

  @Mutation(() => UpdateGuardrailPayload, {
    nullable: true,
    description: 'Changes or moves a guardrail, if nobody else has changed it since it was read.',
  })
  updateGuardrail(
    @Ctx() reader: Reader,
    @Arg('input', () => UpdateGuardrailInput, { description: 'What to change.' }) input: UpdateGuardrailInput,
  ): Promise<UpdateGuardrailPayload> {
    return perform(reader, updateGuardrail, input);
  }

  @Mutation(() => DeleteGuardrailPayload, {
    nullable: true,
    description: 'Deletes a guardrail, and those after it move up; logs and audit go on knowing it.',
  })
  deleteGuardrail(
    @Ctx() reader: Reader,
    @Arg('input', () => DeleteGuardrailInput, { description: 'Which guardrail.' }) input: DeleteGuardrailInput,
  ): Promise<DeleteGuardrailPayload> {
    return perform(reader, deleteGuardrail, input);
  }
}

@Resolver(() => Workspace)
export class WorkspaceGuardrailsResolver {
  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => GuardrailConnection, { description: 'In the order in which they apply.' })
  async guardrails(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return new GuardrailConnection(await listGuardrails(reader, workspace.uuid, page, info));
  }
}
