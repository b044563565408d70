import { v7 as uuidv7 } from 'uuid';
import { type AuditChange, changesBetween, initialValues } from '../audit/audit.js';
import { teams } from '../team/team.entity.js';
import { nameKey } from '../text.js';
import { type Directory, DirectoryFindings, type DirectoryTeam, type DirectoryUser } from './directory.js';

/** In code points: with the id of the team it is no longer than any name. */
const formerNameLength = 200;

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
  /** What is unique of the name. */
  readonly nameKey: string;
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
  /** What was unique of the name before, where that changes. */
  readonly formerKey: string | null;
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

/** Who can sign in and is left out of the whole directory: they no longer can. */
export function deactivations(leftOut: readonly KeptUser[]): UserDifference[] {
  return leftOut.map((user) => {
    const changes = changesBetween<DirectoryUser>(user, { active: false });
    return { user: { ...user, active: false }, isNew: false, changes };
  });
}

/**
 * The teams that are left out of the whole directory: they lose their people, and their name where another team has it now.
 */
export function emptied(leftOut: readonly KeptTeam[], { teams }: Directory): TeamDifference[] {
  const taken = new Set(teams.map(({ nameKey }) => nameKey));
  return leftOut.map((team) => {
    const name = taken.has(team.nameKey) ? formerName(team) : team.name;
    const changes = changesBetween<Pick<KeptTeam, 'name'>>(team, { name });
    return {
      team: { ...team, name, nameKey: nameKey(name) },
      isNew: false,
      changes,
      userIds: new Set(),
      formerKey: null,
    };
  });
}

/** Says which team it was; no other is called so. */
function formerName({ id, name }: KeptTeam): string {
  return `${[...name].slice(0, formerNameLength).join('')} (${teams.globalId(id)})`;
}

/**
 * Finds the teams by the directory's id, else by name among those that only tokens have named. A team of the directory
 * that is renamed to what tokens call another one already is that team.
 * @param isComplete whether the teams that are left out give up their names
 * @throws Refusal TAKEN for a name that another team of the directory keeps, NOT_FOUND for a subject of nobody.
 */
export function compareTeams(
  { teams }: Directory,
  present: Present,
  users: readonly UserDifference[],
  isComplete: boolean,
): { teams: TeamDifference[]; mergers: Merger[] } {
  const byExternalId = new Map(present.teams.map((team) => [team.externalId, team]));
  const byName = new Map(present.teams.map((team) => [team.nameKey, team]));
  const known = teams.map(({ externalId, nameKey }) => {
    const namesake = byName.get(nameKey);
    return byExternalId.get(externalId) ?? (namesake?.externalId === null ? namesake : undefined);
  });
  const idsOfTheCall = new Set(known.map((team) => team?.id));
  const idsBySubject = new Map(
    [...present.users, ...users.map(({ user }) => user)].map((user) => [user.subject, user.id]),
  );

  const findings = new DirectoryFindings();
  const mergers: Merger[] = [];
  const differences = teams.map((team, index): TeamDifference => {
    const { externalId, name, nameKey } = team;
    const namesake = byName.get(nameKey);
    const userIds = idsOf(team, index, idsBySubject, findings);
    const before = known[index];
    // Names differ within the call, so a team of the call that has this one now gives it up.
    if (namesake !== undefined && !idsOfTheCall.has(namesake.id)) {
      const isKept = namesake.externalId !== null;
      if (isKept && !isComplete) findings.add('teamNameTaken', 'teams', index, 'name');
      else if (!isKept && before !== undefined) mergers.push({ fromId: namesake.id, intoId: before.id });
    }
    const kept = { id: before?.id ?? uuidv7(), externalId, name, nameKey };
    if (before === undefined) {
      return { team: kept, isNew: true, changes: initialValues({ externalId, name }), userIds, formerKey: null };
    }
    const changes = changesBetween<Pick<KeptTeam, 'externalId' | 'name'>>(before, { externalId, name });
    const formerKey = before.nameKey === nameKey ? null : before.nameKey;
    return { team: kept, isNew: false, changes, userIds, formerKey };
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
