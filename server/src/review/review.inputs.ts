import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../graphql/scalars.js';
import { IfPresent, IsText } from '../graphql/validators.js';
import { WorkspacePayload } from '../workspace/workspace.inputs.js';

@InputType({ description: 'Why somebody should look at a workspace, and until when.' })
export class RequestWorkspaceReviewInput {
  @Field(() => ID, { description: 'The workspace to review.' })
  readonly workspaceId!: string;

  @Field(() => String, { description: '1 to 1,000 characters after trimming.' })
  @IsText()
  readonly reason!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it should be done; in the future.' })
  readonly dueAt?: Date | null;
}

@InputType({ description: 'Which review is done, and with what result.' })
export class CompleteWorkspaceReviewInput {
  @Field(() => ID, { description: 'The workspace that was reviewed.' })
  readonly workspaceId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What came of it, for the audit log: 1 to 1,000 characters after trimming.',
  })
  @IfPresent()
  @IsText()
  readonly note?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The workspace under review, or why none was opened.' })
export class RequestWorkspaceReviewPayload extends WorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The workspace after its review, or why the review stays open.' })
export class CompleteWorkspaceReviewPayload extends WorkspacePayload {}
