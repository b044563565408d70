import { Arg, Ctx, Field, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { answer, Payload } from '../graphql/payload.js';
import { SyncTeamAccessInput } from './team-access.inputs.js';
import { syncTeamAccess } from './team-access.service.js';

@ObjectType({ simpleResolvers: true, description: 'How much was not in line, or why nothing was changed.' })
export class SyncTeamAccessPayload extends Payload {
  @Field(() => Int, { description: 'Users that were made or changed.' })
  readonly usersChanged!: number;

  @Field(() => Int, { description: 'Teams that were made or changed, their people included.' })
  readonly teamsChanged!: number;
}

@Resolver()
export class TeamAccessResolver {
  @Mutation(() => SyncTeamAccessPayload, {
    nullable: true,
    description:
      "Brings team access in line with the company's directory; the same input twice changes nothing. For organization admins, and services with the scope DIRECTORY_WRITE.",
  })
  async syncTeamAccess(
    @Ctx() context: RequestContext,
    @Arg('input', () => SyncTeamAccessInput, { description: 'What the directory says.' }) input: SyncTeamAccessInput,
  ): Promise<SyncTeamAccessPayload> {
    const synced = await answer({ context, permission: 'team_access.sync', input }, async () => {
      const counts = await syncTeamAccess(context, input);
      context.forgetReads();
      return counts;
    });
    return { usersChanged: 0, teamsChanged: 0, ...synced };
  }
}
