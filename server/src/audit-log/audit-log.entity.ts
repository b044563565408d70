import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { AuditActorKind, auditEvents } from '../audit/audit-event.entity.js';
import { Fetch } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { User } from '../user/user.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'What kind of actor made a change.',
  valuesConfig: {
    USER: { description: 'A signed-in person.' },
    SERVICE: { description: 'A service with a token of its own.' },
    SYSTEM: { description: 'This service itself.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    "Who made a change, as they were called then. It has no `id` of its own, so that no cache mixes that name with the person's.",
})
export class AuditActor {
  @Field(() => AuditActorKind, { description: 'What kind of actor it was.' })
  readonly kind!: AuditActorKind;

  @Field(() => String, { description: 'The name of then.' })
  readonly name!: string;

  @Field(() => ID, { nullable: true, description: 'Global id of the person or service token; null for the system.' })
  readonly actorId!: string | null;

  /** UUID. */
  @Field(() => User, {
    nullable: true,
    description: 'The person as they are now; null where that was no person, or one whom the viewer may not see.',
  })
  readonly user!: string | null;
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
export class AuditEvent {
  @Field(() => ID, { description: 'Global id, `aud_…`.' })
  readonly id!: string;

  @Field(() => String, { description: 'What was done, as noun.verb, such as workspace.settings_updated.' })
  readonly action!: string;

  @Fetch(auditEvents.columns.workspaceId)
  @Field(() => Workspace, {
    nullable: true,
    description: 'The workspace in which it was done; null for what belongs to the organization.',
  })
  readonly workspace!: Workspace | null;

  @Field(() => ID, { nullable: true, description: 'Id of the object that was changed.' })
  readonly targetId!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  readonly occurredAt!: Date;

  @Field(() => String, { nullable: true, description: 'The `x-request-id` of the request that did it.' })
  readonly requestId!: string | null;
}
