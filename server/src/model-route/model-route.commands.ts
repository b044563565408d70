import { v7 as uuidv7 } from 'uuid';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { command, type Run } from '../command/command.js';
import { ofWorkspace, refuseAnother } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { organization, sql } from '../database/sql.js';
import { Refusal, type Refused } from '../errors.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { normalizeName } from '../text.js';
import { type LockedWorkspace, lockChild, lockWorkspace } from '../workspace/workspace-lock.js';
import { leavesRegion } from './keep-routes.js';
import { type ModelRouteRow, modelRoutes, RouteStrategy } from './model-route.entity.js';
import type { DeleteModelRouteInput, RouteTargetInput, SetModelRouteInput } from './model-route.inputs.js';
import { compileRoutes, routeTargets } from './route-target.entity.js';

const modelRouteDeleted = auditAction('model_route.deleted', 'A route for a model name was deleted.');
const modelRouteSet = auditAction('model_route.set', 'A route for a model name was made or replaced.');

const permission = 'workspace.update_settings';

/** A target as it is kept. */
interface Target {
  readonly llmConfigurationId: string;
  readonly weight: number;
}

/**
 * Makes the route for a model name, or replaces the one whose version is expected.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID, REGION_MISMATCH, VERSION_CONFLICT with the route that stands, or null
 */
export const setModelRoute = command('setModelRoute', permission, async (run, input: SetModelRouteInput) => {
  const { strategy } = input;
  const model = normalizeName(input.model);
  const workspace = await lockWorkspace(run, input.workspaceId, { permission });
  const present = await findRoute(run, workspace.id, model);
  refuseOther(present, input.expectedVersion ?? null);
  if (present === undefined) {
    await refuseAnother(run, 'routes', ofWorkspace('model_routes', 'r', workspace.id, sql`true`));
  }
  const targets = await resolveTargets(run, workspace, input.targets);
  if (strategy === RouteStrategy.WEIGHTED && targets.every(({ weight }) => weight === 0)) {
    throw Refusal.of('weightsAllZero', 'input', 'targets');
  }

  const id = present?.id ?? uuidv7();
  const route = { id, organizationId: run.actor.organizationId, workspaceId: workspace.id };
  const changes =
    present === undefined
      ? initialValues({ model, strategy, targets: shown(targets) })
      : changesBetween(
          { strategy: present.strategy, targets: shown(await readTargets(run, id)) },
          { strategy, targets: shown(targets) },
        );
  if (changes.length === 0) return { modelRoute: id };
  const { lockedAt: updatedAt } = workspace;
  await Promise.all([
    present === undefined
      ? run.transaction.insert(modelRoutes, [{ ...route, model, strategy, createdAt: updatedAt, updatedAt }])
      : changeVersioned(run, modelRoutes, present, { strategy, updatedAt }),
    ...replaceTargets(run, id, targets),
  ]);
  run.audit(modelRouteSet, modelRoutes, route, changes);
  return { modelRoute: id };
});

async function findRoute({ transaction }: Run, workspaceId: string, model: string): Promise<ModelRouteRow | undefined> {
  const [route] = await transaction.select(
    modelRoutes,
    sql`FROM ${modelRoutes.from} WHERE r.organization_id = ${organization} AND r.workspace_id = ${workspaceId}
      AND r.model = ${model}`,
  );
  return route;
}

/** @throws Refusal VERSION_CONFLICT with the route as it is, or null where none stands */
function refuseOther(present: ModelRouteRow | undefined, expectedVersion: number | null): void {
  if (present !== undefined && expectedVersion !== null) refuseOtherVersion(modelRoutes, present, expectedVersion);
  else if (present !== undefined || expectedVersion !== null) {
    throw new Refusal([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }], {
      conflictingModelRoute: present?.id ?? null,
    });
  }
}

/**
 * The targets as they are kept, each a configuration of the workspace in its region.
 * @throws Refusal NOT_FOUND, INVALID and REGION_MISMATCH by their places
 */
async function resolveTargets(
  { transaction }: Run,
  { id: workspaceId, region }: LockedWorkspace,
  inputs: readonly RouteTargetInput[],
): Promise<Target[]> {
  const ids = inputs.map(({ llmConfigurationId }) => llmConfigurations.uuidOf(llmConfigurationId));
  const found = await transaction.select(
    llmConfigurations,
    sql`FROM ${llmConfigurations.from} WHERE c.organization_id = ${organization} AND c.workspace_id = ${workspaceId}
      AND c.deleted_at IS NULL AND c.id = ANY (${ids.filter((id) => id !== null)}::uuid[])`,
  );
  const configurations = new Map(found.map((configuration) => [configuration.id, configuration]));
  const refused: Refused[] = [];
  const targets = new Map<string, Target>();
  for (const [index, { weight }] of inputs.entries()) {
    const field = ['input', 'targets', String(index), 'llmConfigurationId'];
    const configuration = configurations.get(ids[index] ?? '');
    if (configuration === undefined) refused.push({ refusal: 'llmConfigurationNotFound', field });
    else if (targets.has(configuration.id)) refused.push({ refusal: 'targetRepeated', field });
    else {
      targets.set(configuration.id, { llmConfigurationId: configuration.id, weight });
      if (leavesRegion(region, configuration.region)) {
        const detail = `The workspace stays in ${region}, and "${configuration.name}" is in ${configuration.region}.`;
        refused.push({ refusal: 'regionMismatch', field, detail });
      }
    }
  }
  if (refused.length > 0) throw new Refusal(refused);
  return [...targets.values()];
}

async function readTargets({ transaction }: Run, routeId: string): Promise<Target[]> {
  return transaction.select(
    routeTargets,
    sql`FROM ${routeTargets.from} WHERE rt.organization_id = ${organization} AND rt.model_route_id = ${routeId}
      ORDER BY rt.position`,
  );
}

/** Three statements that go out together, in this order. */
function replaceTargets({ actor, transaction }: Run, routeId: string, targets: readonly Target[]): Promise<unknown>[] {
  const { organizationId } = actor;
  const rows = targets.map((target, index) => ({
    organizationId,
    modelRouteId: routeId,
    position: index + 1,
    ...target,
  }));
  return [
    transaction.execute(
      sql`DELETE FROM route_targets rt WHERE rt.organization_id = ${organization} AND rt.model_route_id = ${routeId}`,
    ),
    transaction.insert(routeTargets, rows),
    compileRoutes(transaction, sql`r.id = ${routeId}`),
  ];
}

/** As the audit log tells of them: with global ids. */
function shown(targets: readonly Target[]): object[] {
  return targets.map(({ llmConfigurationId, weight }) => ({
    llmConfiguration: llmConfigurations.globalId(llmConfigurationId),
    weight,
  }));
}

/**
 * Deletes a route: requests for its model name find none any more.
 * @throws Refusal NOT_FOUND, FORBIDDEN, VERSION_CONFLICT
 */
export const deleteModelRoute = command(
  'deleteModelRoute',
  permission,
  async (run, { modelRouteId, expectedVersion }: DeleteModelRouteInput) => {
    const field = ['input', 'modelRouteId'];
    const route = await lockChild(run, modelRoutes, modelRouteId, {
      permission,
      field,
      notFound: 'modelRouteNotFound',
    });
    if (expectedVersion != null) refuseOtherVersion(modelRoutes, route, expectedVersion);
    const { model, strategy } = route;
    const targets = shown(await readTargets(run, route.id));
    await run.transaction.execute(
      sql`DELETE FROM model_routes r WHERE r.organization_id = ${organization} AND r.id = ${route.id}`,
    );
    run.audit(
      modelRouteDeleted,
      modelRoutes,
      route,
      changesBetween<object>({ model, strategy, targets }, { model: null, strategy: null, targets: null }),
    );
    return { deletedId: modelRouteId };
  },
);
