import { Field, ID, InputType, Int } from 'type-graphql';
import { DecimalScalar } from '../graphql/scalars.js';
import { LlmProvider } from '../llm-configuration/llm-configuration.entity.js';
import { RequestStatus } from '../usage/request-status.js';

@InputType({
  description:
    'Which requests to list. Conditions that are given must all hold, and of several values of one any; texts in their exact case. An empty list of values means none; tags are those that a request must all have.',
})
export class RequestLogFilter {
  @Field(() => [ID], { nullable: true, description: 'Made with any of these keys.' })
  readonly virtualKeyIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Any of these model names, as clients asked for them.' })
  readonly models?: string[] | null;

  @Field(() => [LlmProvider], { nullable: true, description: 'Run by any of these providers.' })
  readonly providers?: LlmProvider[] | null;

  @Field(() => [RequestStatus], { nullable: true, description: 'Any of these statuses.' })
  readonly statuses?: RequestStatus[] | null;

  @Field(() => [ID], { nullable: true, description: 'Routed to any of these configurations, deleted ones included.' })
  readonly llmConfigurationIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'That any of these guardrails matched, deleted ones included.' })
  readonly guardrailIds?: string[] | null;

  @Field(() => String, { nullable: true, description: "The gateway's own id of the request: at most one." })
  readonly requestId?: string | null;

  @Field(() => Int, { nullable: true, description: 'That took at least so many milliseconds.' })
  readonly minLatencyMs?: number | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: "That cost at least so much, in the organization's currency.",
  })
  readonly minCost?: string | null;

  @Field(() => [String], { nullable: true, description: 'With all of these tags: at most 20.' })
  readonly tags?: string[] | null;
}
