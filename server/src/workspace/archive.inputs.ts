import { Field, ID, InputType, Int } from 'type-graphql';
import { IsVersion } from '../graphql/validators.js';

@InputType({
  description: 'Archiving refuses every key at once and hides the card; nothing is lost, and it can be restored.',
})
export class ArchiveWorkspaceInput {
  @Field(() => ID, { description: 'The workspace to archive.' })
  readonly workspaceId!: string;

  @Field(() => Int, { description: 'Its version as last read; another one answers VERSION_CONFLICT.' })
  @IsVersion()
  readonly expectedVersion!: number;
}

@InputType({ description: 'Which workspace to take out of the archive.' })
export class RestoreWorkspaceInput {
  @Field(() => ID, { description: 'The workspace to restore.' })
  readonly workspaceId!: string;
}
