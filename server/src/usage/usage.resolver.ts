import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { recordUsage } from './record-usage.js';
import { RecordUsageInput, RecordUsagePayload } from './usage.inputs.js';

@Resolver()
export class UsageResolver {
  @Mutation(() => RecordUsagePayload, {
    nullable: true,
    description:
      'Counts what requests have used: each once, however often it is sent. For a service with the GATEWAY scope.',
  })
  recordUsage(
    @Ctx() reader: Reader,
    @Arg('input', () => RecordUsageInput, { description: 'What was used.' }) input: RecordUsageInput,
  ): Promise<RecordUsagePayload> {
    return recordUsage(reader, input);
  }
}
