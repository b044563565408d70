import type { Actor } from './access/actor.js';
import { activeWorkspaceLoader } from './active-workspace/active-workspace.loaders.js';
import { auditLogLoaders } from './audit-log/audit-log.loaders.js';
import type { OrganizationDatabase } from './database/database.js';
import { memberLoaders } from './member/member.loaders.js';
import { nodeLoaders } from './node/node.loaders.js';
import { findingLoader } from './review/finding.loaders.js';
import { serviceTokenLoader } from './service-token/service-token.loaders.js';
import { teamLoaders } from './team/team.loaders.js';
import { userLoader } from './user/user.loaders.js';
import { virtualKeyLoaders } from './virtual-key/virtual-key.loaders.js';
import { workspaceLoaders } from './workspace/workspace.loaders.js';

export type Loaders = ReturnType<typeof loadersFor>;

/** The loaders of one request; none outlives it, so nobody is answered from what another may see. */
export function loadersFor(database: OrganizationDatabase, actor: Actor) {
  return {
    workspaces: workspaceLoaders(database, actor),
    users: userLoader(database, actor),
    teams: teamLoaders(database, actor),
    members: memberLoaders(database, actor),
    virtualKeys: virtualKeyLoaders(database, actor),
    auditLog: auditLogLoaders(database, actor),
    serviceTokens: serviceTokenLoader(database, actor),
    nodes: nodeLoaders(database, actor),
    reviewFindings: findingLoader(database, actor),
    activeWorkspaceId: activeWorkspaceLoader(database, actor),
  };
}
