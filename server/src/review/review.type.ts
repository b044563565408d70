import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../graphql/scalars.js';

@ObjectType({ simpleResolvers: true, description: 'A review that is open.' })
export class WorkspaceReview {
  @Field(() => String, { description: 'Why it was asked for.' })
  readonly reason!: string;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it should be done; null for no date.' })
  readonly dueAt!: Date | null;
}
