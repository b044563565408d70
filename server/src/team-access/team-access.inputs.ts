import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { OrganizationRole } from '../access/actor.js';
import { Payload } from '../command/payload.js';

@InputType({ description: "One user of the team directory, known by the identity provider's subject." })
export class DirectoryUserInput {
  @Field(() => String, {
    description: 'The claim `sub` of their tokens, to the letter: 1 to 255 characters, without control characters.',
  })
  readonly subject!: string;

  @Field(() => String, { description: 'Name to show: 1 to 255 characters after trimming, without control characters.' })
  readonly name!: string;

  @Field(() => String, { description: 'E-mail address of at most 255 characters; empty where there is none.' })
  readonly email!: string;

  @Field(() => OrganizationRole, {
    defaultValue: OrganizationRole.MEMBER,
    description: 'What the person is in the whole organization.',
  })
  readonly role!: OrganizationRole;

  @Field(() => Boolean, {
    defaultValue: true,
    description: 'False signs the person out everywhere from the next request on; their memberships stay.',
  })
  readonly active!: boolean;
}

@InputType({ description: 'One team of the directory, known by its id there.' })
export class DirectoryTeamInput {
  @Field(() => String, {
    description: "The directory's id of the team: 1 to 255 characters, without control characters.",
  })
  readonly externalId!: string;

  @Field(() => String, {
    description:
      'Name to show: 1 to 255 characters after trimming, of one team of the organization only. A team of this name that only tokens have named so far becomes this one.',
  })
  readonly name!: string;

  @Field(() => [String], {
    description: "The team's whole set of people, by their subjects: from this call or from before.",
  })
  readonly subjects!: string[];
}

@InputType({
  description:
    'What is to hold of the directory: what is named is brought in line, what is not stays unless the lists are complete. At most 10,000 users, 10,000 teams and 100,000 places in teams at once.',
})
export class SyncTeamAccessInput {
  @Field(() => [DirectoryUserInput], { description: 'Users, each once.' })
  readonly users!: DirectoryUserInput[];

  @Field(() => [DirectoryTeamInput], { description: 'Teams, each once.' })
  readonly teams!: DirectoryTeamInput[];

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'The lists are the whole directory: who is named nowhere in them is set inactive, and teams of the directory that are not named lose their people. Never the last admin who can sign in.',
  })
  readonly complete!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Answers what the same call without it would, and changes nothing.',
  })
  readonly dryRun!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'How much was not in line, or why nothing was changed.' })
export class SyncTeamAccessPayload extends Payload {
  @Field(() => Int, { description: 'Users that were made or changed.' })
  readonly usersChanged!: number;

  @Field(() => Int, { description: 'Those of them who could sign in and no longer can.' })
  readonly usersDeactivated!: number;

  @Field(() => Int, { description: 'Teams that were made or changed, their people included.' })
  readonly teamsChanged!: number;
}
