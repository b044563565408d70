import { Arg, Ctx, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { answer } from '../graphql/payload.js';
import { changedWorkspace } from './changed-workspace.js';
import { TransferWorkspaceOwnershipInput } from './ownership.inputs.js';
import { transferWorkspaceOwnership } from './ownership.service.js';
import { VersionedWorkspacePayload } from './workspace.payload.js';

@ObjectType({ simpleResolvers: true, description: 'The workspace with its new owner, or why it keeps the old one.' })
export class TransferWorkspaceOwnershipPayload extends VersionedWorkspacePayload {}

@Resolver()
export class OwnershipResolver {
  @Mutation(() => TransferWorkspaceOwnershipPayload, {
    nullable: true,
    description:
      'Gives a workspace to another person or team, if nobody else has changed it since it was read; a former owner in person stays as an admin.',
  })
  transferWorkspaceOwnership(
    @Ctx() context: RequestContext,
    @Arg('input', () => TransferWorkspaceOwnershipInput, { description: 'What goes to whom.' })
    input: TransferWorkspaceOwnershipInput,
  ): Promise<TransferWorkspaceOwnershipPayload> {
    return answer({ context, permission: 'workspace.transfer_ownership', input }, async () => ({
      workspace: await changedWorkspace(context, transferWorkspaceOwnership(context, input)),
    }));
  }
}
