import { Field, ObjectType } from 'type-graphql';
import { OrganizationRole } from '../access/actor.js';
import { User } from '../user/user.entity.js';

@ObjectType({
  simpleResolvers: true,
  description: 'Who is asking: a signed-in person, or a service with a token of its own.',
})
export class Viewer {
  @Field(() => OrganizationRole, { nullable: true, description: 'Role in the organization; null for a service.' })
  readonly organizationRole!: OrganizationRole | null;

  @Field(() => User, { nullable: true, description: 'The person; null for a service.' })
  readonly user!: string | null;
}
