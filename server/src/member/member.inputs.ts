import { Field, ID, InputType } from 'type-graphql';
import { MemberRole } from '../access/permissions.js';

@InputType({ description: "A member's new role: at most the viewer's own, and never OWNER." })
export class ChangeMemberRoleInput {
  @Field(() => ID, { description: 'Whose role; global id, `mem_…`.' })
  readonly memberId!: string;

  @Field(() => MemberRole, { description: 'The new role; OWNER is given by a transfer of the ownership only.' })
  readonly role!: MemberRole;
}
