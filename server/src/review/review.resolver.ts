import { Arg, Ctx, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { answer } from '../graphql/payload.js';
import { User, type UserRow } from '../user/user.entity.js';
import { changedWorkspace } from '../workspace/changed-workspace.js';
import { Workspace, type WorkspaceReviewRow, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { WorkspacePayload } from '../workspace/workspace.payload.js';
import { CompleteWorkspaceReviewInput, RequestWorkspaceReviewInput } from './review.inputs.js';
import { completeWorkspaceReview, requestWorkspaceReview } from './review.service.js';
import { WorkspaceReview } from './review.type.js';

@ObjectType({ simpleResolvers: true, description: 'The workspace under review, or why none was opened.' })
export class RequestWorkspaceReviewPayload extends WorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The workspace after its review, or why the review stays open.' })
export class CompleteWorkspaceReviewPayload extends WorkspacePayload {}

@Resolver(() => WorkspaceReview)
export class ReviewResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who asked for it; null where that was a service.' })
  requestedBy(@Root() review: WorkspaceReviewRow, @Ctx() { loaders }: RequestContext): Promise<UserRow | null> | null {
    return review.requestedById === null ? null : loaders.users.load(review.requestedById);
  }
}

@Resolver(() => Workspace)
export class WorkspaceReviewResolver {
  @Mutation(() => RequestWorkspaceReviewPayload, {
    nullable: true,
    description: 'Asks for a review of a workspace, which works on meanwhile; only one can be open.',
  })
  requestWorkspaceReview(
    @Ctx() context: RequestContext,
    @Arg('input', () => RequestWorkspaceReviewInput, { description: 'What to review, and why.' })
    input: RequestWorkspaceReviewInput,
  ): Promise<RequestWorkspaceReviewPayload> {
    return answer({ context, permission: 'workspace.review', input }, async () => ({
      workspace: await changedWorkspace(context, requestWorkspaceReview(context, input)),
    }));
  }

  @Mutation(() => CompleteWorkspaceReviewPayload, {
    nullable: true,
    description: 'Closes the open review of a workspace.',
  })
  completeWorkspaceReview(
    @Ctx() context: RequestContext,
    @Arg('input', () => CompleteWorkspaceReviewInput, { description: 'Which review is done.' })
    input: CompleteWorkspaceReviewInput,
  ): Promise<CompleteWorkspaceReviewPayload> {
    return answer({ context, permission: 'workspace.review', input }, async () => ({
      workspace: await changedWorkspace(context, completeWorkspaceReview(context, input)),
    }));
  }

  @FieldResolver(() => WorkspaceReview, {
    nullable: true,
    description: 'The review that is open while the status is REVIEW.',
  })
  review(@Root() workspace: WorkspaceRow): WorkspaceReviewRow | null {
    return workspace.review;
  }
}
