import { clearUnseenActiveWorkspaces } from '../access/keep-active-workspace.js';
import type { AuditChange } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { announced, inTurn, lockDirectory } from '../auth/directory-lock.js';
import { command, type Run } from '../command/command.js';
import { refuseSoMany } from '../command/quotas.js';
import { organization, type Sql, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { teams as teamNoun } from '../team/team.entity.js';
import { users as userNoun } from '../user/user.entity.js';
import { workspaceOwnershipTransferred } from '../workspace/transfer-ownership.command.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { type Directory, readDirectory } from './directory.js';
import {
  comparePlaces,
  compareTeams,
  compareUsers,
  deactivations,
  emptied,
  type Merger,
  type Place,
  type PlaceDifference,
  type TeamDifference,
} from './directory-changes.js';
import {
  analyzeDirectory,
  deletePlaces,
  deleteTeams,
  insertPlaces,
  insertTeams,
  insertUsers,
  keepFormerNames,
  type MovedWorkspace,
  moveWorkspaces,
  outdateTokens,
  recordSync,
  updateTeams,
  updateUsers,
  vacateNames,
} from './directory-writes.js';
import { type Judged, refuseLastAdmins, refuseOwnAccess, takesAccess } from './refuse-access.js';
import type { SyncTeamAccessInput } from './team-access.inputs.js';
import {
  readAdmins,
  readPlaces,
  readTeams,
  readTeamsLeftOut,
  readTokenMakers,
  readUsers,
  readUsersLeftOut,
} from './team-access.queries.js';

const teamCreated = auditAction('team.created', 'The directory brought a team.');
const teamMerged = auditAction('team.merged', 'A team became one with another that has its name now.');
const teamUpdated = auditAction('team.updated', "The directory changed a team's name or people.");
const userCreated = auditAction('user.created', 'The directory brought a person.');
const userUpdated = auditAction('user.updated', 'The directory changed a person.');

/** So many new users and teams at once are worth being counted for the plans; PostgreSQL finds fewer out by itself. */
const analyzedFrom = 1_000;

/** What the directory says beside what the tables hold. */
interface Differences extends Judged {
  readonly teams: readonly TeamDifference[];
  readonly mergers: readonly Merger[];
  readonly places: readonly PlaceDifference[];
  /** The people who are in the teams of the call now, and in those that become one with them. */
  readonly presentPlaces: readonly Place[];
}

/**
 * Brings users and teams in line with what the directory says of them, all or nothing: compares it with what the tables
 * hold and writes the difference. Answers with how many users and teams were made or changed. A dry run compares and
 * refuses as it would, without the lock: what it says held while it read.
 * @throws Refusal INVALID, also for the last admins who can sign in, LIMIT_REACHED, NOT_FOUND for a subject, TAKEN for a
 *   team's name, FORBIDDEN for a service that would raise the person who made its token
 */
export const syncTeamAccess = command(
  'syncTeamAccess',
  'team_access.sync',
  async (run, input: SyncTeamAccessInput) => {
    const { actor, transaction } = run;
    const directory = readDirectory(input);
    if (!input.dryRun) await lockDirectory(transaction);
    const differences = await compare(transaction, directory, input.complete);
    refuseOwnAccess(differences, actor, await readTokenMakers(transaction, actor));
    if (takesAccess(differences)) refuseLastAdmins(differences, await readAdmins(transaction));
    await refuseTooMany(run, differences);
    const changedTeams = teamsOf(differences);
    if (!input.dryRun) {
      const moved = await write(transaction, differences);
      recordSync(transaction);
      auditUsers(run, differences);
      auditTeams(run, changedTeams);
      auditMergers(run, differences, moved);
    }
    return { ...countUsers(differences), teamsChanged: changedTeams.length };
  },
  {
    isLong: true,
    inTurn: ({ actor, database, deadline }, work, { dryRun }) =>
      dryRun ? work() : inTurn(actor.organizationId, deadline, () => announced(database, work)),
  },
);

/** @throws Refusal LIMIT_REACHED */
async function refuseTooMany(run: Run, { users, teams }: Differences): Promise<void> {
  const newOf = (differences: readonly { readonly isNew: boolean }[]) =>
    differences.filter(({ isNew }) => isNew).length;
  const rowsOf = (table: Sql) => sql`FROM ${table} WHERE organization_id = ${organization}`;
  await refuseSoMany(run, 'people', { rows: rowsOf(sql`users`), added: newOf(users) }, 'input', 'users');
  await refuseSoMany(run, 'teams', { rows: rowsOf(sql`teams`), added: newOf(teams) }, 'input', 'teams');
}

async function compare(transaction: Transaction, directory: Directory, isComplete: boolean): Promise<Differences> {
  const subjects = new Set(directory.users.map(({ subject }) => subject));
  for (const team of directory.teams) for (const subject of team.subjects) subjects.add(subject);
  const externalIds = directory.teams.map(({ externalId }) => externalId);
  const [knownUsers, knownTeams, usersLeftOut, teamsLeftOut] = await Promise.all([
    readUsers(transaction, [...subjects]),
    readTeams(transaction, directory.teams),
    isComplete ? readUsersLeftOut(transaction, [...subjects]) : [],
    isComplete ? readTeamsLeftOut(transaction, externalIds) : [],
  ]);
  const present = { users: knownUsers, teams: knownTeams };
  const named = compareUsers(directory, present);
  const { teams: namedTeams, mergers } = compareTeams(directory, present, named, isComplete);
  const users = [...named, ...deactivations(usersLeftOut)];
  const teams = [...namedTeams, ...emptied(teamsLeftOut, directory)];
  const teamIds = [...teams.map(({ team }) => team.id), ...mergers.map(({ fromId }) => fromId)];
  const presentPlaces = await readPlaces(transaction, teamIds);
  const places = comparePlaces(teams, presentPlaces);
  return { users, namedCount: named.length, teams, mergers, places, presentPlaces };
}

/** @returns the workspaces that got another owner. */
async function write(transaction: Transaction, differences: Differences): Promise<MovedWorkspace[]> {
  const { users, teams, mergers, places } = differences;
  const newUsers = users.filter(({ isNew }) => isNew).map(({ user }) => user);
  const changedUsers = users.filter(({ isNew, changes }) => !isNew && changes.length > 0).map(({ user }) => user);
  const newTeams = teams.filter(({ isNew }) => isNew).map(({ team }) => team);
  const changedTeams = teams.filter(({ isNew, changes }) => !isNew && changes.length > 0).map(({ team }) => team);
  const affected = affectedUserIds(differences);

  await insertUsers(transaction, newUsers);
  await updateUsers(transaction, changedUsers);
  // Locks these people too, so that none of them selects meanwhile what they are about to lose sight of.
  await outdateTokens(transaction, affected);
  const moved = await moveWorkspaces(transaction, mergers);
  await deleteTeams(transaction, mergers);
  await vacateNames(transaction, [...renamedTeamIds(teams)]);
  await updateTeams(transaction, changedTeams);
  await insertTeams(transaction, newTeams);
  await keepFormerNames(
    transaction,
    teams.flatMap(({ team: { id }, formerKey }) => (formerKey === null ? [] : { id, nameKey: formerKey })),
    [...changedTeams, ...newTeams].map(({ nameKey }) => nameKey),
  );
  if (newUsers.length + newTeams.length >= analyzedFrom) await analyzeDirectory(transaction);
  await deletePlaces(transaction, places);
  await insertPlaces(transaction, places);
  if (affected.length > 0) await clearUnseenActiveWorkspaces(transaction, affected);
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

function countUsers({ users }: Differences): { usersChanged: number; usersDeactivated: number } {
  const changed = users.filter(({ changes }) => changes.length > 0);
  const deactivated = changed.filter(({ changes }) =>
    changes.some(({ field, before, after }) => field === 'active' && before === true && after === false),
  );
  return { usersChanged: changed.length, usersDeactivated: deactivated.length };
}

function auditUsers({ audit }: Run, { users }: Differences): void {
  for (const { user, isNew, changes } of users) {
    if (changes.length === 0) continue;
    audit(isNew ? userCreated : userUpdated, userNoun, { id: user.id, workspaceId: null }, changes);
  }
}

/** A team that was made or changed, its people included. */
interface ChangedTeam extends Pick<TeamDifference, 'isNew' | 'changes'> {
  readonly id: string;
}

function teamsOf({ teams, places }: Differences): ChangedTeam[] {
  const placesOf = new Map(places.map((difference) => [difference.teamId, difference]));
  return teams
    .map(({ team, isNew, changes }) => ({
      id: team.id,
      isNew,
      changes: [...changes, ...peopleChange(placesOf.get(team.id))],
    }))
    .filter(({ changes }) => changes.length > 0);
}

function auditTeams({ audit }: Run, changed: readonly ChangedTeam[]): void {
  for (const { id, isNew, changes } of changed) {
    audit(isNew ? teamCreated : teamUpdated, teamNoun, { id, workspaceId: null }, changes);
  }
}

/** The change of the team's people: who left and who came. */
function peopleChange(difference: PlaceDifference | undefined): AuditChange[] {
  if (difference === undefined) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => userNoun.globalId(id));
  return [{ field: 'users', before: ids(difference.removed), after: ids(difference.added) }];
}

function auditMergers({ audit }: Run, { mergers }: Differences, moved: readonly MovedWorkspace[]): void {
  for (const { fromId, intoId } of mergers) {
    const changes = [{ field: 'mergedInto', before: null, after: teamNoun.globalId(intoId) }];
    audit(teamMerged, teamNoun, { id: fromId, workspaceId: null }, changes);
  }
  for (const { workspaceId: id, fromId, intoId } of moved) {
    const changes = [{ field: 'owner', before: teamNoun.globalId(fromId), after: teamNoun.globalId(intoId) }];
    audit(workspaceOwnershipTransferred, workspaces, { id, workspaceId: id }, changes);
  }
}
