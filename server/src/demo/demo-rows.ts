import { OrganizationRole } from '../access/actor.js';
import { MemberRole } from '../access/permissions.js';
import { type AuditChange, initialValues } from '../audit/audit.js';
import { AuditActorKind } from '../audit/audit-event.entity.js';
import { developmentOrganization } from '../auth/development-token.js';
import { nameKey, searchKey, userSearchKey } from '../text.js';
import { VirtualKeyStatus } from '../virtual-key/virtual-key.entity.js';
import { WorkspaceRegion, WorkspaceStatus, workspaces } from '../workspace/workspace.entity.js';
import { keyNames, keysOfLeaver, people, teamPeople, type WorkspaceLine, workspaceLines } from './company.js';
import { demoBytes, demoId } from './demo-ids.js';
import { routingRows } from './demo-routing.js';

const dayMs = 86_400_000;
export const companyAgeDays = 365;
/** The admin of the organization. */
const reviewer = 'ada';
const reviewReason = 'Quarterly review: budget, members and keys.';
const reviewAgeDays = 3;
const organizationId = demoId('organization', developmentOrganization);

/** Where the people of a workspace work. */
const timeZones: Readonly<Record<WorkspaceRegion, string>> = {
  GLOBAL: 'UTC',
  US: 'America/New_York',
  EU: 'Europe/Berlin',
  RWANDA: 'Africa/Kigali',
};

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
  const plans = workspaceLines.map(planWorkspace);
  const virtualKeys = plans.flatMap((plan) => virtualKeyRows(plan, daysAgo));
  return {
    organizations: [{ id: organizationId, externalId: developmentOrganization, createdAt: daysAgo(companyAgeDays) }],
    directories: [{ organizationId }],
    users: userRows(daysAgo),
    teams: teamRows(daysAgo),
    teamMemberships: teamMembershipRows(daysAgo),
    workspaces: plans.map((plan) => workspaceRow(plan, daysAgo)),
    members: plans.flatMap((plan) => memberRows(plan, daysAgo)),
    virtualKeys,
    virtualKeySecrets: virtualKeys.map(virtualKeySecretRow),
    ...routingRows(
      plans.map(({ id, name, settings, ageDays }) => ({
        id,
        organizationId,
        name,
        ...settings,
        createdAt: daysAgo(ageDays),
      })),
    ),
    activeWorkspaces: activeWorkspaceRows(daysAgo),
    auditEvents: plans.flatMap((plan) => auditEventRows(plan, daysAgo)),
  };
}

export type DemoRows = ReturnType<typeof demoRows>;

type DaysAgo = (days: number) => Date;

type Plan = ReturnType<typeof planWorkspace>;

type DemoKey = ReturnType<typeof virtualKeyRows>[number];

/** A workspace's line with names for its places, and what its rows have in common. */
function planWorkspace(line: WorkspaceLine, index: number) {
  const [name, owner, environment, region, status, monthlyBudget, keyCount, admins, members, viewers] = line;
  const ownerSubject = Object.hasOwn(people, owner) ? owner : null;
  return {
    id: demoId('workspace', name),
    name,
    ownerSubject,
    ownerUserId: ownerSubject === null ? null : demoId('user', ownerSubject),
    ownerTeamId: ownerSubject === null ? demoId('team', owner) : null,
    settings: { environment, region, status, monthlyBudget, timeZone: timeZones[region] },
    members: [
      // The role that the owner keeps when they give the ownership away.
      ...inRole(MemberRole.ADMIN, ownerSubject ?? ''),
      ...inRole(MemberRole.ADMIN, admins),
      ...inRole(MemberRole.MEMBER, members),
      ...inRole(MemberRole.VIEWER, viewers),
    ],
    keyCount,
    index,
    // 137 and 350 have no common divisor: a different day for each, in an order of its own.
    ageDays: 10 + ((index * 137) % 350),
  };
}

function inRole(role: MemberRole, subjects: string) {
  return subjects
    .split(' ')
    .filter((subject) => subject !== '')
    .map((subject) => ({ subject, userId: demoId('user', subject), role }));
}

function userRows(daysAgo: DaysAgo) {
  return Object.entries(people).map(([subject, { name, role = OrganizationRole.MEMBER, hasLeft = false }]) => {
    const email = `${subject}@meridian.example`;
    return {
      id: demoId('user', subject),
      organizationId,
      subject,
      name,
      searchKey: userSearchKey({ name, email }),
      email,
      organizationRole: role,
      active: !hasLeft,
      createdAt: daysAgo(companyAgeDays),
      updatedAt: daysAgo(companyAgeDays),
    };
  });
}

function teamRows(daysAgo: DaysAgo) {
  return Object.keys(teamPeople).map((name) => ({
    id: demoId('team', name),
    organizationId,
    name,
    nameKey: nameKey(name),
    searchKey: searchKey(name),
    createdAt: daysAgo(companyAgeDays),
  }));
}

function teamMembershipRows(daysAgo: DaysAgo) {
  return Object.entries(teamPeople).flatMap(([name, subjects]) =>
    subjects.map((subject) => ({
      teamId: demoId('team', name),
      userId: demoId('user', subject),
      organizationId,
      createdAt: daysAgo(companyAgeDays),
    })),
  );
}

function workspaceRow({ id, name, ownerUserId, ownerTeamId, settings, index, ageDays }: Plan, daysAgo: DaysAgo) {
  const version = 1 + (index % 4);
  const isInReview = settings.status === WorkspaceStatus.REVIEW;
  return {
    id,
    organizationId,
    name,
    nameKey: nameKey(name),
    searchKey: searchKey(name),
    ownerUserId,
    ownerTeamId,
    ...settings,
    version,
    createdAt: daysAgo(ageDays),
    updatedAt: daysAgo(version === 1 ? ageDays : ageDays / 3),
    reviewReason: isInReview ? reviewReason : null,
    reviewRequestedById: isInReview ? demoId('user', reviewer) : null,
    reviewRequestedByName: isInReview ? (people[reviewer]?.name ?? reviewer) : null,
    reviewRequestedAt: isInReview ? daysAgo(reviewAgeDays) : null,
    reviewDueAt: isInReview ? daysAgo(-11) : null,
  };
}

/** What the audit log of a workspace begins with. */
function auditEventRows({ id, name, ownerSubject, settings, ageDays }: Plan, daysAgo: DaysAgo) {
  const { status, ...initial } = settings;
  const event = (action: string, subject: string, days: number, changes: readonly AuditChange[]) => ({
    id: demoId('audit event', `${name}/${action}`),
    organizationId,
    workspaceId: id,
    action,
    actorKind: AuditActorKind.USER,
    actorId: demoId('user', subject),
    actorName: people[subject]?.name ?? subject,
    targetId: workspaces.globalId(id),
    changes,
    occurredAt: daysAgo(days),
  });
  const created = event('workspace.created', ownerSubject ?? reviewer, ageDays, initialValues({ name, ...initial }));
  if (status !== WorkspaceStatus.REVIEW) return [created];
  const requested = event('workspace.review_requested', reviewer, reviewAgeDays, [
    { field: 'status', before: WorkspaceStatus.ACTIVE, after: status },
    ...initialValues({ reason: reviewReason }),
  ]);
  return [created, requested];
}

/** The first joins with the workspace, the others half a day apart. */
function memberRows({ id, name, members, ageDays }: Plan, daysAgo: DaysAgo) {
  return members.map(({ subject, userId, role }, index) => ({
    id: demoId('member', `${name}/${subject}`),
    organizationId,
    workspaceId: id,
    workspaceName: name,
    userId,
    role,
    joinedAt: daysAgo(ageDays - index / 2),
  }));
}

/** Keys as people who may create them would have done, or nobody where the workspace has no such members. */
function virtualKeyRows({ id, name, members, keyCount, index, ageDays }: Plan, daysAgo: DaysAgo) {
  const creators = members.filter(({ role }) => role !== MemberRole.VIEWER);
  return Array.from({ length: keyCount }, (_, keyIndex) => {
    const turn = index * 3 + keyIndex;
    const keyName = at(keyNames, turn);
    const { status, expiresInDays, lastUsed } = at(keyLives, turn);
    const keyAgeDays = (ageDays * (keyCount + 1 - keyIndex)) / (keyCount + 2);
    const maker = leaverOf(name, keyIndex) ?? (creators.length === 0 ? null : at(creators, keyIndex).subject);
    return {
      id: demoId('virtual key', `${name}/${keyName}`),
      organizationId,
      workspaceId: id,
      name: keyName,
      searchKey: searchKey(keyName),
      lastFour: demoBytes('last four', `${name}/${keyName}`).toString('hex').slice(0, 4),
      status,
      createdById: maker === null ? null : demoId('user', maker),
      createdByName: maker === null ? null : (people[maker]?.name ?? maker),
      createdAt: daysAgo(keyAgeDays),
      expiresAt: expiresInDays === null ? null : daysAgo(-expiresInDays),
      lastUsedAt: lastUsed === null ? null : daysAgo(keyAgeDays * lastUsed),
      revokedAt: status === VirtualKeyStatus.REVOKED ? daysAgo((keyAgeDays * (lastUsed ?? 1)) / 2) : null,
    };
  });
}

function leaverOf(workspace: string, keyIndex: number): string | null {
  const { subject, workspaces: theirs } = keysOfLeaver;
  return keyIndex === 0 && theirs.includes(workspace) ? subject : null;
}

/** Each key's one secret; nobody knows what these digests are of, so no request can use them. */
function virtualKeySecretRow({ id, organizationId, lastFour, createdAt, lastUsedAt }: DemoKey) {
  return {
    id: demoId('virtual key secret', id),
    organizationId,
    virtualKeyId: id,
    secretDigest: demoBytes('digest', id),
    lastFour,
    createdAt,
    lastUsedAt,
  };
}

function activeWorkspaceRows(daysAgo: DaysAgo) {
  return Object.entries(people).flatMap(([subject, { active }]) =>
    active === null
      ? []
      : {
          userId: demoId('user', subject),
          organizationId,
          workspaceId: demoId('workspace', active),
          selectedAt: daysAgo(1),
        },
  );
}

/** The item in this turn, beginning again after the last. */
function at<Item>(list: readonly Item[], turn: number): Item {
  return list[turn % list.length] as Item;
}
