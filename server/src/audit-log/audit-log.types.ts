import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { AuditActorKind } from '../audit/audit-event.entity.js';
import { Node, type TypedRow } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { connectionType } from '../pagination/page.js';

enum ActorKind {
  USER = 'USER',
  SERVICE = 'SERVICE',
  SYSTEM = 'SYSTEM',
}

registerEnumType(ActorKind, {
  name: 'AuditActorKind',
  description: 'What kind of actor made a change.',
  valuesConfig: {
    USER: { description: 'A signed-in person.' },
    SERVICE: { description: 'A service with a token of its own.' },
    SYSTEM: { description: 'This service itself.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'Who made a change.' })
export class AuditActor {
  @Field(() => ActorKind, { description: 'What kind of actor it was.' })
  readonly kind!: AuditActorKind;

  @Field(() => ID, { nullable: true, description: 'Global id of the person or service token; null for the system.' })
  readonly id!: string | null;

  @Field(() => String, { description: 'Name at the time.' })
  readonly name!: string;
}

@ObjectType('AuditChange', {
  simpleResolvers: true,
  description: 'What one field was and became. Values as JSON text; secrets and their digests never appear.',
})
export class AuditChangeText {
  @Field(() => String, { description: 'Name of the field.' })
  readonly field!: string;

  @Field(() => String, { nullable: true, description: 'JSON; null where there was nothing.' })
  readonly before!: string | null;

  @Field(() => String, { nullable: true, description: 'JSON; null where there is nothing any more.' })
  readonly after!: string | null;
}

@ObjectType('AuditEvent', {
  implements: Node,
  simpleResolvers: true,
  description: 'Written in the same transaction as the change that it tells of.',
})
export class AuditLogEntry {
  @Field(() => ID, { description: 'Global id, `aud_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'What was done, as noun.verb, such as workspace.settings_updated.' })
  readonly action!: string;

  @Field(() => AuditActor, { description: 'Who did it.' })
  readonly actor!: AuditActor;

  @Field(() => ID, { nullable: true, description: 'Id of the object that was changed.' })
  readonly targetId!: string | null;

  @Field(() => [AuditChangeText], { description: 'What changed.' })
  readonly changes!: readonly AuditChangeText[];

  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  readonly occurredAt!: Date;

  @Field(() => String, { nullable: true, description: 'The `x-request-id` of the request that did it.' })
  readonly requestId!: string | null;
}

export interface AuditEventRow extends TypedRow, Omit<AuditLogEntry, 'id'> {
  readonly __typename: 'AuditEvent';
  /** UUID; null for what belongs to the organization. */
  readonly workspaceId: string | null;
}

export const AuditEventConnection = connectionType<AuditEventRow>('AuditEvent', () => AuditLogEntry);

@InputType({ description: 'Which events to list; conditions that are given must all hold.' })
export class AuditFilter {
  @Field(() => [String], { nullable: true, description: 'Any of these actions, such as workspace.created.' })
  readonly actions?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Done by any of these people or service tokens.' })
  readonly actorIds?: string[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before this time.' })
  readonly from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before this time.' })
  readonly to?: Date | null;
}
