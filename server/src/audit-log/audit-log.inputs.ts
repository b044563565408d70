import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar } from '../graphql/scalars.js';

@InputType({ description: 'Which events to list; conditions that are given must all hold.' })
export class AuditFilter {
  /** Its description lists the actions, once all are known. */
  @Field(() => [String], { nullable: true })
  readonly actions?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Done by any of these people or service tokens.' })
  readonly actorIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'In any of these workspaces.' })
  readonly workspaceIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'About any of these objects, whatever they are: the ids of `targetId`.',
  })
  readonly targetIds?: string[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before this time.' })
  readonly from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before this time.' })
  readonly to?: Date | null;
}
