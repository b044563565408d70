import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { deleteModelRoute, setModelRoute } from './model-route.commands.js';
import { ModelRoute, RouteTarget } from './model-route.entity.js';
import {
  DeleteModelRouteInput,
  DeleteModelRoutePayload,
  SetModelRouteInput,
  SetModelRoutePayload,
} from './model-route.inputs.js';
import { listModelRoutes, targetsOfRoute } from './model-route.queries.js';
import { targetsMax } from './model-route-validators.js';

const ModelRouteConnection = connectionType('ModelRoute', () => ModelRoute);

@Resolver(() => ModelRoute)
export class ModelRouteResolver {
  @Mutation(() => SetModelRoutePayload, {
    nullable: true,
    description: 'Makes the route for a model name, or replaces the one whose version is expected.',
  })
  setModelRoute(
    @Ctx() reader: Reader,
    @Arg('input', () => SetModelRouteInput, { description: 'The route.' }) input: SetModelRouteInput,
  ): Promise<SetModelRoutePayload> {
    return perform(reader, setModelRoute, input);
  }

  @Mutation(() => DeleteModelRoutePayload, {
    nullable: true,
    description: 'Deletes a route: requests for its model name find none any more.',
  })
  deleteModelRoute(
    @Ctx() reader: Reader,
    @Arg('input', () => DeleteModelRouteInput, { description: 'Which route.' }) input: DeleteModelRouteInput,
  ): Promise<DeleteModelRoutePayload> {
    return perform(reader, deleteModelRoute, input);
  }

  @Cost({ items: targetsMax })
  @Fetch(targetsOfRoute)
  @FieldResolver(() => [RouteTarget], { description: 'What it tries, in the order given.' })
  targets(targets: readonly RouteTarget[]): readonly RouteTarget[] {
    return targets;
  }
}

@Resolver(() => Workspace)
export class WorkspaceModelRoutesResolver {
  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => ModelRouteConnection, { description: 'By model name.' })
  async modelRoutes(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return new ModelRouteConnection(await listModelRoutes(reader, workspace.uuid, page, info));
  }
}
