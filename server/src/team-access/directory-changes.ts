import { v7 as uuidv7 } from 'uuid';
import { type Actor, OrganizationRole } from '../access/actor.js';
import { type AuditChange, changesBetween, initialValues } from '../audit/audit.js';
import { type Directory, DirectoryFindings, type DirectoryTeam, type DirectoryUser } from './directory.js';

export interface KeptUser extends DirectoryUser {
  /** UUID. */
  readonly id: string;
}

export interface KeptTeam {
  /** UUID. */
  readonly id: string;
  /** Null for a team that only tokens have named. */
  readonly externalId: string | null;
  readonly name: string;
}

/** That somebody is in a team. */
export interface Place {
  readonly teamId: string;
  readonly userId: string;
}

/** What the tables hold of whom and what the call names. */
export interface Present {
  readonly users: readonly KeptUser[];
  readonly teams: readonly KeptTeam[];
}

/** A user as the directory has them; in line with what is known where nothing is new and nothing changes. */
export interface UserDifference {
  readonly user: KeptUser;
  readonly isNew: boolean;
  readonly changes: readonly AuditChange[];
}

/** A team as the directory has it, without its people. */
export interface TeamDifference {
  readonly team: KeptTeam;
  readonly isNew: boolean;
  readonly changes: readonly AuditChange[];
  /** UUIDs of the people who are to be in it, its whole set. */
  readonly userIds: ReadonlySet<string>;
}

/** A team that only tokens have named, and the team of the directory that takes its name now and becomes one with it. */
export interface Merger {
  readonly fromId: string;
  readonly intoId: string;
}

/** Who comes into a team and who leaves it. */
export interface PlaceDifference {
  readonly teamId: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function compareUsers(directory: Directory, present: Present): UserDifference[] {
  const bySubject = new Map(present.users.map((user) => [user.subject, user]));
  return directory.users.map((user) => {
    const known = bySubject.get(user.subject);
    return known === undefined
      ? { user: { id: uuidv7(), ...user }, isNew: true, changes: initialValues(user) }
      : { user: { id: known.id, ...user }, isNew: false, changes: changesBetween<DirectoryUser>(known, user) };
  });
}

/** The access that a difference gives or takes. */
type Access = 'active' | 'role';

/**
 * Refuses what nobody does to themselves: an admin who locks themselves out, and a service that gives back what was taken
 * from the person who made its token, and may have kept it.
 * @throws Refusal INVALID, FORBIDDEN
 */
export function refuseOwnAccess(
  users: readonly UserDifference[],
  actor: Actor,
  tokenMakerIds: readonly string[],
): void {
  const findings = new DirectoryFindings();
  for (const [index, difference] of users.entries()) {
    const { id } = difference.user;
    if (actor.kind === 'USER' && id === actor.id) {
      for (const access of accessOf(difference, 'taken')) findings.add('ownLockOut', 'users', index, access);
    } else if (id !== null && tokenMakerIds.includes(id)) {
      for (const access of accessOf(difference, 'given')) findings.add('tokenMakerRaised', 'users', index, access);
    }
  }
  findings.refuse();
}

function accessOf({ changes }: UserDifference, direction: 'given' | 'taken'): Access[] {
  const isGiven = (value: unknown) => value === true || value === OrganizationRole.ADMIN;
  const names: Readonly<Record<string, Access>> = { active: 'active', organizationRole: 'role' };
  return changes
    .filter(({ after }) => isGiven(after) === (direction === 'given'))
    .flatMap(({ field }) => names[field] ?? []);
}

/**
 * Finds the teams by the directory's id, else by name among those that only tokens have named. A team of the directory
 * that is renamed to what tokens call another one already is that team.
 * @throws Refusal TAKEN for a name that another team of the directory keeps, NOT_FOUND for a subject of nobody.
 */
export function compareTeams(
  { teams }: Directory,
  present: Present,
  users: readonly UserDifference[],
): { teams: TeamDifference[]; mergers: Merger[] } {
  const byExternalId = new Map(present.teams.map((team) => [team.externalId, team]));
  const byName = new Map(present.teams.map((team) => [team.name, team]));
  const known = teams.map(({ externalId, name }) => {
    const namesake = byName.get(name);
    return byExternalId.get(externalId) ?? (namesake?.externalId === null ? namesake : undefined);
  });
  const idsOfTheCall = new Set(known.map((team) => team?.id));
  const idsBySubject = new Map(
    [...present.users, ...users.map(({ user }) => user)].map((user) => [user.subject, user.id]),
  );

  const findings = new DirectoryFindings();
  const mergers: Merger[] = [];
  const differences = teams.map((team, index): TeamDifference => {
    const { externalId, name } = team;
    const namesake = byName.get(name);
    const userIds = idsOf(team, index, idsBySubject, findings);
    const before = known[index];
    // Names differ within the call, so a team of the call that has this one now gives it up.
    if (namesake !== undefined && !idsOfTheCall.has(namesake.id)) {
      if (namesake.externalId !== null) findings.add('teamNameTaken', 'teams', index, 'name');
      else if (before !== undefined) mergers.push({ fromId: namesake.id, intoId: before.id });
    }
    return before === undefined
      ? { team: { id: uuidv7(), externalId, name }, isNew: true, changes: initialValues({ externalId, name }), userIds }
      : {
          team: { id: before.id, externalId, name },
          isNew: false,
          changes: changesBetween<Omit<KeptTeam, 'id'>>(before, { externalId, name }),
          userIds,
        };
  });
  findings.refuse();
  return { teams: differences, mergers };
}

function idsOf(
  { subjects }: DirectoryTeam,
  index: number,
  idsBySubject: ReadonlyMap<string, string>,
  findings: DirectoryFindings,
): Set<string> {
  const ids = new Set<string>();
  for (const [place, subject] of subjects.entries()) {
    const id = idsBySubject.get(subject);
    if (id === undefined) findings.add('subjectNotFound', 'teams', index, 'subjects', place);
    else ids.add(id);
  }
  return ids;
}

/** How the people in the teams change; a team whose people stay is left out. */
export function comparePlaces(teams: readonly TeamDifference[], present: readonly Place[]): PlaceDifference[] {
  const before = new Map<string, Set<string>>(teams.map(({ team }) => [team.id, new Set()]));
  for (const { teamId, userId } of present) before.get(teamId)?.add(userId);
  return teams
    .map(({ team, userIds }) => {
      const present = before.get(team.id) ?? new Set<string>();
      return {
        teamId: team.id,
        added: [...userIds].filter((id) => !present.has(id)),
        removed: [...present].filter((id) => !userIds.has(id)),
      };
    })
    .filter(({ added, removed }) => added.length + removed.length > 0);
}
