import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { PageArgs } from '../fetch/list.js';
import { User } from './user.entity.js';
import { UserFilter } from './user.inputs.js';
import { listAssignableUsers, listUsers } from './user.queries.js';

export const UserConnection = connectionType('User', () => User);

@Resolver(() => User)
export class UserResolver {
  @Cost({ statements: 1, items: 'page' })
  @Query(() => UserConnection, {
    nullable: true,
    description:
      "The people of the organization's directory by name, for its admins and for services with DIRECTORY_READ or DIRECTORY_WRITE; null for others.",
  })
  async users(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => UserFilter, { nullable: true, description: 'Which people to list.' })
    filter?: UserFilter | null,
  ) {
    const found = await listUsers(reader, { page, filter }, info);
    return found && new UserConnection(found);
  }

  @Cost({ statements: 1, items: 'page' })
  @Query(() => UserConnection, {
    nullable: true,
    description: 'Existing team access: the people whom the viewer can add to a workspace, by name.',
  })
  async assignableUsers(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Part of the name or e-mail, without regard to case and accents.',
    })
    search?: string | null,
  ) {
    return new UserConnection(await listAssignableUsers(reader, { page, search }, info));
  }
}
