import type { EntityManager } from 'typeorm';
import { clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import type { Actor } from '../access/actor.js';
import { type AuditEntry, recordAudit } from '../audit/audit.js';
import type { AuditChange } from '../audit/audit-event.entity.js';
import { inTurn, lockDirectory } from '../auth/directory-lock.js';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Directory, readDirectory } from './directory.js';
import {
  comparePlaces,
  compareTeams,
  compareUsers,
  type Merger,
  type Place,
  type PlaceDifference,
  refuseOwnAccess,
  type TeamDifference,
  type UserDifference,
} from './directory-changes.js';
import type { SyncTeamAccessInput } from './team-access.inputs.js';
import {
  analyzeDirectory,
  deletePlaces,
  deleteTeams,
  insertPlaces,
  insertTeams,
  insertUsers,
  type MovedWorkspace,
  moveWorkspaces,
  outdateTokens,
  readPlaces,
  readTeams,
  readTokenMaker,
  readUsers,
  recordSync,
  updateTeams,
  updateUsers,
  vacateNames,
} from './team-access.statements.js';

/** So many new users and teams at once are worth being counted for the plans; PostgreSQL finds fewer out by itself. */
const ANALYZED_FROM = 1_000;

export interface SyncedTeamAccess {
  /** Users and teams that were made or changed. */
  readonly usersChanged: number;
  readonly teamsChanged: number;
}

/** What the directory says beside what the tables hold. */
interface Differences {
  readonly users: readonly UserDifference[];
  readonly teams: readonly TeamDifference[];
  readonly mergers: readonly Merger[];
  readonly places: readonly PlaceDifference[];
  /** The people who are in the teams of the call now, and in those that become one with them. */
  readonly presentPlaces: readonly Place[];
}

/**
 * Brings users and teams in line with what the directory says of them, all or nothing: compares it with what the tables
 * hold and writes the difference.
 * @throws Refusal INVALID, LIMIT_REACHED, NOT_FOUND for a subject, TAKEN for a team's name, FORBIDDEN for a service that
 *   would raise the person who made its token.
 */
export async function syncTeamAccess(context: RequestContext, input: SyncTeamAccessInput): Promise<SyncedTeamAccess> {
  const { actor } = context;
  const { organizationId } = actor;
  const directory = readDirectory(input);
  const sync = async (manager: EntityManager): Promise<SyncedTeamAccess> => {
    await lockDirectory(manager, organizationId);
    const differences = await compare(manager, organizationId, directory);
    refuseOwnAccess(differences.users, actor, await tokenMakerOf(manager, actor));
    const moved = await write(manager, organizationId, differences);
    const users = userEntries(differences);
    const teams = teamEntries(differences);
    await recordSync(manager, organizationId);
    await recordAudit(manager, context, ...users, ...teams, ...mergerEntries(differences), ...moved.map(ownerEntry));
    return { usersChanged: users.length, teamsChanged: teams.length };
  };
  return inTurn(organizationId, () => context.database.transaction(sync));
}

async function compare(manager: EntityManager, organizationId: string, directory: Directory): Promise<Differences> {
  const subjects = new Set(directory.users.map(({ subject }) => subject));
  for (const team of directory.teams) for (const subject of team.subjects) subjects.add(subject);
  const present = {
    users: await readUsers(manager, organizationId, [...subjects]),
    teams: await readTeams(manager, organizationId, directory.teams),
  };
  const users = compareUsers(directory, present);
  const { teams, mergers } = compareTeams(directory, present, users);
  const teamIds = [...teams.map(({ team }) => team.id), ...mergers.map(({ fromId }) => fromId)];
  const presentPlaces = await readPlaces(manager, organizationId, teamIds);
  return { users, teams, mergers, places: comparePlaces(teams, presentPlaces), presentPlaces };
}

async function tokenMakerOf(manager: EntityManager, { kind, id, organizationId }: Actor): Promise<string | null> {
  return kind === 'SERVICE' ? readTokenMaker(manager, organizationId, id) : null;
}

/** @returns the workspaces that got another owner. */
async function write(
  manager: EntityManager,
  organizationId: string,
  differences: Differences,
): Promise<MovedWorkspace[]> {
  const { users, teams, mergers, places } = differences;
  const newUsers = users.filter(({ isNew }) => isNew).map(({ user }) => user);
  const changedUsers = users.filter(({ isNew, changes }) => !isNew && changes.length > 0).map(({ user }) => user);
  const newTeams = teams.filter(({ isNew }) => isNew).map(({ team }) => team);
  const changedTeams = teams.filter(({ isNew, changes }) => !isNew && changes.length > 0).map(({ team }) => team);
  const affected = affectedUserIds(differences);

  await insertUsers(manager, organizationId, newUsers);
  await updateUsers(manager, organizationId, changedUsers);
  // Locks these people too, so that none of them selects meanwhile what they are about to lose sight of.
  await outdateTokens(manager, organizationId, affected);
  const moved = await moveWorkspaces(manager, organizationId, mergers);
  await deleteTeams(manager, organizationId, mergers);
  await vacateNames(manager, organizationId, [...renamedTeamIds(teams)]);
  await updateTeams(manager, organizationId, changedTeams);
  await insertTeams(manager, organizationId, newTeams);
  if (newUsers.length + newTeams.length >= ANALYZED_FROM) await analyzeDirectory(manager);
  await deletePlaces(manager, organizationId, places);
  await insertPlaces(manager, organizationId, places);
  if (affected.length > 0) await clearUnseenActiveWorkspaces(manager, organizationId, affected);
  return moved;
}

/**
 * The people from before of whom an older token may say something else than the directory does now: of themselves, of
 * the teams that they are in, or of the names of those.
 */
function affectedUserIds({ users, teams, mergers, places, presentPlaces }: Differences): string[] {
  const ids = new Set(users.filter(({ changes }) => changes.length > 0).map(({ user }) => user.id));
  for (const { added, removed } of places) for (const id of [...added, ...removed]) ids.add(id);
  const renamed = renamedTeamIds(teams);
  for (const { fromId } of mergers) renamed.add(fromId);
  for (const { teamId, userId } of presentPlaces) if (renamed.has(teamId)) ids.add(userId);
  for (const { user, isNew } of users) if (isNew) ids.delete(user.id);
  return [...ids];
}

function renamedTeamIds(teams: readonly TeamDifference[]): Set<string> {
  const renamed = teams.filter(({ isNew, changes }) => !isNew && changes.some(({ field }) => field === 'name'));
  return new Set(renamed.map(({ team }) => team.id));
}

function userEntries({ users }: Differences): AuditEntry[] {
  return users
    .filter(({ changes }) => changes.length > 0)
    .map(({ user, isNew, changes }) => ({
      action: isNew ? 'user.created' : 'user.updated',
      workspaceId: null,
      targetId: toGlobalId('User', user.id),
      changes,
    }));
}

function teamEntries({ teams, places }: Differences): AuditEntry[] {
  const placesOf = new Map(places.map((difference) => [difference.teamId, difference]));
  return teams
    .map(({ team, isNew, changes }) => ({
      action: isNew ? 'team.created' : 'team.updated',
      workspaceId: null,
      targetId: toGlobalId('Team', team.id),
      changes: [...changes, ...memberChange(placesOf.get(team.id))],
    }))
    .filter(({ changes }) => changes.length > 0);
}

function mergerEntries({ mergers }: Differences): AuditEntry[] {
  return mergers.map(({ fromId, intoId }) => ({
    action: 'team.merged',
    workspaceId: null,
    targetId: toGlobalId('Team', fromId),
    changes: [{ field: 'mergedInto', before: null, after: toGlobalId('Team', intoId) }],
  }));
}

function ownerEntry({ workspaceId, fromId, intoId }: MovedWorkspace): AuditEntry {
  return {
    action: 'workspace.ownership_transferred',
    workspaceId,
    targetId: toGlobalId('Workspace', workspaceId),
    changes: [{ field: 'owner', before: toGlobalId('Team', fromId), after: toGlobalId('Team', intoId) }],
  };
}

/** The change of the team's people: who left and who came. */
function memberChange(difference: PlaceDifference | undefined): AuditChange[] {
  if (difference === undefined) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => toGlobalId('User', id));
  return [{ field: 'users', before: ids(difference.removed), after: ids(difference.added) }];
}
