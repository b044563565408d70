import { clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import { type AuditEntry, initialValues, recordAudit } from '../audit/audit.js';
import type { AuditChange } from '../audit/audit-event.entity.js';
import { lockDirectory } from '../auth/directory-lock.js';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { readDirectory } from './directory.js';
import {
  changePlaces,
  type MatchedTeam,
  type MatchedUser,
  matchTeams,
  matchUsers,
  type PlaceChange,
} from './directory-changes.js';
import type { SyncTeamAccessInput } from './team-access.inputs.js';
import {
  deletePlaces,
  insertPlaces,
  insertTeams,
  insertUsers,
  outdateTokens,
  readPlaces,
  readTeams,
  readUsers,
  updateTeams,
  updateUsers,
  vacateNames,
} from './team-access.statements.js';

export interface SyncedTeamAccess {
  /** Users and teams that were made or changed. */
  readonly usersChanged: number;
  readonly teamsChanged: number;
}

/**
 * Brings users and teams in line with what the directory says of them, all or nothing: compares it with what is known,
 * then writes the difference.
 * @throws Refusal INVALID, LIMIT_REACHED, NOT_FOUND for a subject, TAKEN for a team's name.
 */
export async function syncTeamAccess(context: RequestContext, input: SyncTeamAccessInput): Promise<SyncedTeamAccess> {
  const { organizationId } = context.actor;
  const directory = readDirectory(input);
  return context.database.transaction(async (manager) => {
    await lockDirectory(manager, organizationId, 'exclusive');
    const subjects = [
      ...directory.users.map(({ subject }) => subject),
      ...directory.teams.flatMap((team) => team.subjects),
    ];
    const present = await readUsers(manager, organizationId, [...new Set(subjects)]);
    const users = matchUsers(directory.users, present);
    const idsBySubject = new Map(
      [...present, ...users.map(({ user }) => user)].map(({ subject, id }) => [subject, id]),
    );
    const teams = matchTeams(directory, await readTeams(manager, organizationId, directory.teams), idsBySubject);
    const places = await readPlaces(manager, idsOfTeams(teams.filter(({ isNew }) => !isNew)));
    const placeChanges = changePlaces(teams, places);

    const newUsers = users.filter(({ isNew }) => isNew);
    const changedUsers = users.filter(({ changes }) => changes.length > 0);
    await insertUsers(manager, organizationId, usersOf(newUsers));
    await updateUsers(manager, usersOf(changedUsers));
    const changedTeams = teams.filter(({ changes }) => changes.length > 0);
    await vacateNames(manager, idsOfTeams(changedTeams));
    await updateTeams(manager, teamsOf(changedTeams));
    await insertTeams(manager, organizationId, teamsOf(teams.filter(({ isNew }) => isNew)));
    await deletePlaces(manager, placeChanges);
    await insertPlaces(manager, organizationId, placeChanges);

    const movedIds = placeChanges.flatMap(({ added, removed }) => [...added, ...removed]);
    const touchedIds = [...new Set([...usersOf(changedUsers).map(({ id }) => id), ...movedIds])];
    await outdateTokens(manager, touchedIds);
    await clearUnseenActiveWorkspaces(manager, touchedIds);

    const userEntries = [...newUsers, ...changedUsers].map(userEntry);
    const placesByTeam = new Map(placeChanges.map((change) => [change.teamId, change]));
    const teamEntries = teams.flatMap((team) => teamEntry(team, placesByTeam.get(team.team.id)));
    await recordAudit(manager, context, ...userEntries, ...teamEntries);
    return { usersChanged: userEntries.length, teamsChanged: teamEntries.length };
  });
}

function usersOf(matched: readonly MatchedUser[]) {
  return matched.map(({ user }) => user);
}

function teamsOf(matched: readonly MatchedTeam[]) {
  return matched.map(({ team }) => team);
}

function idsOfTeams(matched: readonly MatchedTeam[]): string[] {
  return matched.map(({ team }) => team.id);
}

function userEntry({ user: { id, ...values }, isNew, changes }: MatchedUser): AuditEntry {
  return {
    action: isNew ? 'user.created' : 'user.updated',
    workspaceId: null,
    targetId: toGlobalId('User', id),
    changes: isNew ? initialValues(values) : changes,
  };
}

/** What there is to tell of the team: nothing where it stays as it was. */
function teamEntry(
  { team: { id, ...values }, isNew, changes }: MatchedTeam,
  places: PlaceChange | undefined,
): AuditEntry[] {
  if (!isNew && changes.length === 0 && places === undefined) return [];
  return [
    {
      action: isNew ? 'team.created' : 'team.updated',
      workspaceId: null,
      targetId: toGlobalId('Team', id),
      changes: [...(isNew ? initialValues(values) : changes), ...peopleChange(places)],
    },
  ];
}

/** Who left and who came. */
function peopleChange(places: PlaceChange | undefined): AuditChange[] {
  if (places === undefined) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => toGlobalId('User', id));
  return [{ field: 'users', before: ids(places.removed), after: ids(places.added) }];
}
