import type { EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import { Workspace } from './workspace.entity.js';
import type { LockedWorkspace } from './workspace-lock.js';

/** Somebody else was first; rolls back, and the present state is read for the answer. */
class VersionConflict extends Refusal {
  constructor() {
    super([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }]);
  }
}

/** @throws Refusal VERSION_CONFLICT */
export function refuseOtherVersion(workspace: LockedWorkspace, expectedVersion: number): void {
  if (workspace.version !== expectedVersion) throw new VersionConflict();
}

/**
 * Changes the workspace and raises its version, if nobody has since it was read.
 * @returns when that was.
 * @throws Refusal VERSION_CONFLICT
 */
export async function changeWorkspace(
  manager: EntityManager,
  { id, organizationId, version }: Pick<LockedWorkspace, 'id' | 'organizationId' | 'version'>,
  values: QueryDeepPartialEntity<Workspace>,
): Promise<Date> {
  const update = await manager
    .createQueryBuilder()
    .update(Workspace)
    .set({ ...values, version: () => 'version + 1', updatedAt: () => 'now()' })
    .where({ id, organizationId, version })
    .returning('updated_at')
    .execute();
  const [changed] = update.raw as { updated_at: Date }[];
  if (changed === undefined) throw new VersionConflict();
  return changed.updated_at;
}

/** Does the work; a version conflict is answered with the workspace as it is now. */
export async function withConflictingWorkspace<Result>(
  context: RequestContext,
  workspaceId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    context.forgetReads();
    const id = fromGlobalId('Workspace', workspaceId);
    const conflictingWorkspace = id === null ? null : await context.loaders.workspaces.byId.load(id);
    throw new Refusal(error.findings, { conflictingWorkspace });
  }
}
