import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MemberRole } from '../access/permissions.js';
import { Payload } from '../command/payload.js';
import { Member } from './member.entity.js';

@InputType({ description: "A member's new role: at most the viewer's own, and never OWNER." })
export class ChangeMemberRoleInput {
  @Field(() => ID, { description: 'Whose role; global id, `mem_…`.' })
  readonly memberId!: string;

  @Field(() => MemberRole, { description: 'The new role; OWNER is given by a transfer of the ownership only.' })
  readonly role!: MemberRole;
}

@ObjectType({ simpleResolvers: true, description: 'The member with the new role, or why the old one stays.' })
export class ChangeMemberRolePayload extends Payload {
  @Field(() => Member, { nullable: true, description: 'The member as they are after the change.' })
  readonly member?: string | null;
}
