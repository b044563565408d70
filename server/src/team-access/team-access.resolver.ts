import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { syncTeamAccess } from './sync-team-access.command.js';
import { SyncTeamAccessInput, SyncTeamAccessPayload } from './team-access.inputs.js';

@Resolver()
export class TeamAccessResolver {
  @Mutation(() => SyncTeamAccessPayload, {
    nullable: true,
    description:
      "Brings team access in line with the company's directory; the same input twice changes nothing. For organization admins, and services with the scope DIRECTORY_WRITE.",
  })
  async syncTeamAccess(
    @Ctx() reader: Reader,
    @Arg('input', () => SyncTeamAccessInput, { description: 'What the directory says.' }) input: SyncTeamAccessInput,
  ): Promise<SyncTeamAccessPayload> {
    return { usersChanged: 0, usersDeactivated: 0, teamsChanged: 0, ...(await perform(reader, syncTeamAccess, input)) };
  }
}
