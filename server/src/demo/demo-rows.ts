import { OrganizationRole } from '../access/actor.js';
import { MemberRole } from '../access/permissions.js';
import { developmentOrganization } from '../auth/development-token.js';
import { VirtualKeyStatus } from '../virtual-key/virtual-key.entity.js';
import { keyNames, people, teams, type WorkspaceLine, workspaces } from './company.js';
import { demoBytes, demoId } from './demo-ids.js';

const dayMs = 86_400_000;
const companyAgeDays = 365;
const organizationId = demoId('organization', developmentOrganization);

/** What becomes of a key, in turn; `lastUsed` is how long ago, as a share of the key's age. */
const keyLives = [
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: null, lastUsed: 0.001 },
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: 30, lastUsed: 0.002 },
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: null, lastUsed: null },
  { status: VirtualKeyStatus.DISABLED, expiresInDays: null, lastUsed: 0.3 },
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: 180, lastUsed: 0.004 },
  // Expired since yesterday: the status EXPIRED is never stored.
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: -1, lastUsed: 0.7 },
  { status: VirtualKeyStatus.ACTIVE, expiresInDays: null, lastUsed: 0.01 },
  { status: VirtualKeyStatus.REVOKED, expiresInDays: null, lastUsed: 0.8 },
] as const;

/**
 * The company as rows of its tables. Everything is the same on every machine, ids and digests included, so that links,
 * screenshots and saved queries fit every copy; only the times depend on the moment, so that a key that expired
 * yesterday did so yesterday.
 */
export function demoRows(now: Date) {
  const daysAgo: DaysAgo = (days) => new Date(now.getTime() - days * dayMs);
  const plans = workspaces.map(planWorkspace);
  return {
    organizations: [
      { id: organizationId, externalId: developmentOrganization, createdAt: daysAgo(companyAgeDays) },
    ],
    users: userRows(daysAgo),
    teams: teamRows(daysAgo),
    teamMemberships: teamMembershipRows(daysAgo),
    workspaces: plans.map((plan) => workspaceRow(plan, daysAgo)),
    members: plans.flatMap((plan) => memberRows(plan, daysAgo)),
    virtualKeys: plans.flatMap((plan) => virtualKeyRows(plan, daysAgo)),
    activeWorkspaces: activeWorkspaceRows(daysAgo),
  };
}

export type DemoRows = ReturnType<typeof demoRows>;

type DaysAgo = (days: number) => Date;

/** A workspace's line with what its rows have in common. */
interface WorkspacePlan {
  readonly id: string;
  readonly index: number;
  readonly line: WorkspaceLine;
  readonly ageDays: number;
  /** Null where a team owns it. */
  readonly ownerSubject: string | null;
  readonly members: readonly { subject: string; role: MemberRole }[];
}

function planWorkspace(line: WorkspaceLine, index: number): WorkspacePlan {
  const { owner } = line;
  const ownerSubject = Object.hasOwn(people, owner) ? owner : null;
  return {
    id: demoId('workspace', line.name),
    index,
    line,
    // 137 and 350 have no common divisor: a different day for each, in an order of its own.
    ageDays: 10 + ((index * 137) % 350),
    ownerSubject,
    members: [
      // The role that the owner keeps when they give the ownership away.
      ...inRole(MemberRole.ADMIN, ownerSubject ?? ''),
      ...inRole(MemberRole.ADMIN, line.admins),
      ...inRole(MemberRole.MEMBER, line.members),
      ...inRole(MemberRole.VIEWER, line.viewers),
    ],
  };
}

function inRole(role: MemberRole, subjects: string) {
  return subjects
    .split(' ')
    .filter((subject) => subject !== '')
    .map((subject) => ({ subject, role }));
}
