import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import type { NounRow } from '../fetch/plan.js';
import { Workspace, workspaces } from '../workspace/workspace.entity.js';
import { completeWorkspaceReview, requestWorkspaceReview } from './review.commands.js';
import { ReviewFinding, WorkspaceReview } from './review.entity.js';
import {
  CompleteWorkspaceReviewInput,
  CompleteWorkspaceReviewPayload,
  RequestWorkspaceReviewInput,
  RequestWorkspaceReviewPayload,
} from './review.inputs.js';
import { findingsMax, findingsOfWorkspace } from './review.queries.js';

const { reviewReason, reviewRequestedById, reviewRequestedByName, reviewRequestedAt, reviewDueAt } = workspaces.columns;

@Resolver(() => Workspace)
export class WorkspaceReviewResolver {
  @Mutation(() => RequestWorkspaceReviewPayload, {
    nullable: true,
    description: 'Asks for a review of a workspace, which works on meanwhile; only one can be open.',
  })
  requestWorkspaceReview(
    @Ctx() reader: Reader,
    @Arg('input', () => RequestWorkspaceReviewInput, { description: 'What to review, and why.' })
    input: RequestWorkspaceReviewInput,
  ): Promise<RequestWorkspaceReviewPayload> {
    return perform(reader, requestWorkspaceReview, input);
  }

  @Mutation(() => CompleteWorkspaceReviewPayload, {
    nullable: true,
    description: 'Closes the open review of a workspace.',
  })
  completeWorkspaceReview(
    @Ctx() reader: Reader,
    @Arg('input', () => CompleteWorkspaceReviewInput, { description: 'Which review is done.' })
    input: CompleteWorkspaceReviewInput,
  ): Promise<CompleteWorkspaceReviewPayload> {
    return perform(reader, completeWorkspaceReview, input);
  }

  @Fetch(reviewReason, reviewRequestedById, reviewRequestedByName, reviewRequestedAt, reviewDueAt)
  @FieldResolver(() => WorkspaceReview, {
    nullable: true,
    description: 'The review that is open while the status is REVIEW.',
  })
  review(
    reason: string | null,
    requestedBy: string | null,
    requestedByName: string | null,
    requestedAt: Date | null,
    dueAt: Date | null,
  ): WorkspaceReview | null {
    if (reason === null || requestedByName === null || requestedAt === null) return null;
    return { reason, requestedBy, requestedByName, requestedAt, dueAt };
  }

  @Cost({ statements: 1, items: findingsMax })
  @FieldResolver(() => [ReviewFinding], {
    description: `What a careful owner would look at now, most severe first: ${findingsMax} at most, and at least one of each code that applies; nothing for an archived workspace.`,
  })
  reviewFindings(@Root() workspace: NounRow, @Ctx() reader: Reader): Promise<readonly ReviewFinding[]> {
    return findingsOfWorkspace(reader).load(workspace.uuid);
  }
}
