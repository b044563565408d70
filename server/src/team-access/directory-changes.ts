import { v7 as uuidv7 } from 'uuid';
import { changesBetween } from '../audit/audit.js';
import type { AuditChange } from '../audit/audit-event.entity.js';
import { type Directory, DirectoryFindings, type DirectoryTeam, type DirectoryUser } from './directory.js';

export interface PresentUser extends DirectoryUser {
  readonly id: string;
}

export interface PresentTeam {
  readonly id: string;
  /** Null for a team that only tokens have named. */
  readonly externalId: string | null;
  readonly name: string;
}

export interface Place {
  readonly teamId: string;
  readonly userId: string;
}

/** A user of the directory beside what is known of them. */
export interface MatchedUser {
  readonly user: PresentUser;
  readonly isNew: boolean;
  /** Before and after, where something is to be changed. */
  readonly changes: readonly AuditChange[];
}

/** A team of the directory beside what is known of it. */
export interface MatchedTeam {
  readonly team: PresentTeam;
  readonly isNew: boolean;
  readonly changes: readonly AuditChange[];
  /** UUIDs of the people who are to be in it. */
  readonly userIds: ReadonlySet<string>;
}

/** Who comes into a team and who leaves it. */
export interface PlaceChange {
  readonly teamId: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function matchUsers(users: readonly DirectoryUser[], present: readonly PresentUser[]): MatchedUser[] {
  const bySubject = new Map(present.map((user) => [user.subject, user]));
  return users.map((user) => {
    const known = bySubject.get(user.subject);
    return {
      user: { id: known?.id ?? uuidv7(), ...user },
      isNew: known === undefined,
      changes: known === undefined ? [] : changesBetween<DirectoryUser>(known, user),
    };
  });
}

/**
 * Finds the teams by the directory's id, else by name among those that only tokens have named.
 * @throws Refusal TAKEN for a name that another team keeps, NOT_FOUND for a subject of nobody.
 */
export function matchTeams(
  { teams }: Directory,
  present: readonly PresentTeam[],
  idsBySubject: ReadonlyMap<string, string>,
): MatchedTeam[] {
  const byExternalId = new Map(present.map((team) => [team.externalId, team]));
  const byName = new Map(present.map((team) => [team.name, team]));
  const knownAs = ({ externalId, name }: DirectoryTeam): PresentTeam | undefined => {
    const namesake = byName.get(name);
    return byExternalId.get(externalId) ?? (namesake?.externalId === null ? namesake : undefined);
  };
  // Names in a call differ, so a team of the call that has another's name now gives it up.
  const ofTheCall = new Set(teams.map((team) => knownAs(team)?.id));
  const findings = new DirectoryFindings();
  const matched = teams.map((team, index): MatchedTeam => {
    const { externalId, name } = team;
    const known = knownAs(team);
    const namesake = byName.get(name);
    if (namesake !== undefined && !ofTheCall.has(namesake.id)) findings.add('teamNameTaken', 'teams', index, 'name');
    return {
      team: { id: known?.id ?? uuidv7(), externalId, name },
      isNew: known === undefined,
      changes: known === undefined ? [] : changesBetween(known, { externalId, name }),
      userIds: idsOf(team, index, idsBySubject, findings),
    };
  });
  findings.refuse();
  return matched;
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

/** How the people in each team change; teams that stay as they are left out. */
export function changePlaces(teams: readonly MatchedTeam[], present: readonly Place[]): PlaceChange[] {
  const before = new Map<string, Set<string>>(teams.map(({ team }) => [team.id, new Set()]));
  for (const { teamId, userId } of present) before.get(teamId)?.add(userId);
  return teams
    .map(({ team, userIds }) => {
      const present = before.get(team.id) ?? new Set();
      const added = [...userIds].filter((id) => !present.has(id));
      const removed = [...present].filter((id) => !userIds.has(id));
      return { teamId: team.id, added, removed };
    })
    .filter(({ added, removed }) => added.length > 0 || removed.length > 0);
}
