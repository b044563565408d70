import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { DateTimeScalar, DecimalScalar } from '../graphql/scalars.js';
import { RequestStatus } from './request-status.js';

/** What each field has to be like stands in `usage-checks.ts`. */
@InputType({ description: 'What one request has used.' })
export class UsageRecordInput {
  @Field(() => String, {
    description: "The gateway's own id of the request: 1 to 200 printable characters, unique in the workspace.",
  })
  readonly requestId!: string;

  @Field(() => String, { description: "Lower-case hex SHA-256 of the virtual key's secret." })
  readonly keyDigest!: string;

  @Field(() => String, { description: 'The model name that the client asked for: 1 to 200 printable characters.' })
  readonly model!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Where it went, which may be deleted by now; null where no provider was asked.',
  })
  readonly llmConfigurationId?: string | null;

  @Field(() => RequestStatus, { description: 'What became of it.' })
  readonly status!: RequestStatus;

  @Field(() => String, { nullable: true, description: 'What went wrong: 1 to 200 printable characters.' })
  readonly errorCode?: string | null;

  @Field(() => Int, { description: '0 or more, those from the cache included.' })
  readonly inputTokens!: number;

  @Field(() => Int, { description: "Of the input, what came from the provider's prompt cache." })
  readonly cachedInputTokens: number = 0;

  @Field(() => Int, { description: '0 or more.' })
  readonly outputTokens!: number;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      "What the provider billed, where it says so, in the organization's currency: 0 to 1,000,000, at most eight decimals. Computed from tokens and present prices otherwise, rounded half up to eight decimals.",
  })
  readonly cost?: string | null;

  @Field(() => Int, { description: 'From the request to the end of its answer: 0 to 86,400,000.' })
  readonly latencyMs!: number;

  @Field(() => [ID], {
    nullable: true,
    description: 'Guardrails that matched, at most 200; they may be deleted by now.',
  })
  readonly guardrailIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'At most 20 of 1 to 100 printable characters.' })
  readonly tags?: string[] | null;

  @Field(() => DateTimeScalar, {
    description: 'When the request came in; at most five minutes ahead, and in a month whose records are still kept.',
  })
  readonly occurredAt!: Date;
}

@InputType({ description: 'At most 1000 records. Each is counted once, however often it is sent.' })
export class RecordUsageInput {
  @Field(() => [UsageRecordInput], { description: 'Of any workspaces of the organization.' })
  readonly records!: UsageRecordInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of the records; those that are refused are named.' })
export class RecordUsagePayload extends Payload {
  @Field(() => Int, { description: 'Records that were counted now.' })
  readonly recorded!: number;

  @Field(() => Int, { description: 'Records of requests that have been counted before, or are earlier in the list.' })
  readonly duplicates!: number;
}
