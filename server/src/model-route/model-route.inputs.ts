import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { HasNoCredential, IfPresent, IsModelName, IsVersion, NestedUpTo } from '../graphql/validators.js';
import { ModelRoute, RouteStrategy } from './model-route.entity.js';
import { IsTargetList, IsWeight, targetsMax } from './model-route-validators.js';

@InputType({ description: 'A configuration that the route tries.' })
export class RouteTargetInput {
  @Field(() => ID, { description: 'A configuration of the same workspace.' })
  readonly llmConfigurationId!: string;

  @Field(() => Int, { description: 'Its share where the strategy is WEIGHTED: 0 to 10,000.' })
  @IsWeight()
  readonly weight: number = 1;
}

@InputType({
  description: 'Makes the route for this model name, or replaces it where expectedVersion names the one that stands.',
})
export class SetModelRouteInput {
  @Field(() => ID, { description: 'The workspace whose requests it routes.' })
  readonly workspaceId!: string;

  @Field(() => String, { description: 'The model name that clients ask for: 1 to 200 printable characters.' })
  @HasNoCredential()
  @IsModelName()
  readonly model!: string;

  @Field(() => RouteStrategy, { description: 'In which order the targets are tried.' })
  readonly strategy!: RouteStrategy;

  @Field(() => [RouteTargetInput], { description: '1 to 20 targets, each configuration once.' })
  @IsTargetList()
  @NestedUpTo(targetsMax)
  readonly targets!: RouteTargetInput[];

  @Field(() => Int, {
    nullable: true,
    description: 'The version of the route that stands, as last read; left out where none stands.',
  })
  @IfPresent()
  @IsVersion()
  readonly expectedVersion?: number | null;
}

@InputType({ description: 'Which route to delete.' })
export class DeleteModelRouteInput {
  @Field(() => ID, { description: 'The route to delete.' })
  readonly modelRouteId!: string;

  @Field(() => Int, { nullable: true, description: 'Its version as last read; another one answers VERSION_CONFLICT.' })
  @IfPresent()
  @IsVersion()
  readonly expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The route as it is now, or why it was not set.' })
export class SetModelRoutePayload extends Payload {
  @Field(() => ModelRoute, { nullable: true, description: 'The route after the change.' })
  readonly modelRoute?: string | null;

  @Field(() => ModelRoute, {
    nullable: true,
    description: 'On VERSION_CONFLICT, the route that stands; null for none.',
  })
  readonly conflictingModelRoute?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What was deleted, or why it was not.' })
export class DeleteModelRoutePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Global id of the route that was deleted.' })
  readonly deletedId?: string | null;
}
