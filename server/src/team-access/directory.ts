import type { OrganizationRole } from '../access/actor.js';
import { readIdentifier, readText } from '../auth/claims.js';
import { Refusal, type RefusalName, type Refused } from '../errors.js';
import { nameKey, normalizeName } from '../text.js';
import type { DirectoryTeamInput, DirectoryUserInput, SyncTeamAccessInput } from './team-access.inputs.js';

/** The part of the directory that a call brings, as it is kept, in the call's order. */
export interface Directory {
  readonly users: readonly DirectoryUser[];
  readonly teams: readonly DirectoryTeam[];
}

export interface DirectoryUser {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly organizationRole: OrganizationRole;
  readonly active: boolean;
}

export interface DirectoryTeam {
  readonly externalId: string;
  readonly name: string;
  /** What is unique of the name. */
  readonly nameKey: string;
  readonly subjects: readonly string[];
}

const usersMax = 10_000;
const teamsMax = 10_000;
const placesMax = 100_000;
const findingsMax = 100;

/** What is wrong with the call; told as far as a person can read it. */
export class DirectoryFindings {
  readonly #list: Refused[] = [];

  add(refusal: RefusalName, ...path: readonly (string | number)[]): void {
    if (this.#list.length < findingsMax) this.#list.push({ refusal, field: ['input', ...path.map(String)] });
  }

  /** @throws Refusal where there are any. */
  refuse(): void {
    if (this.#list.length > 0) throw new Refusal(this.#list);
  }
}

/**
 * Reads the call by the rules that hold for tokens: subjects and ids to the letter, names normalized.
 * @throws Refusal LIMIT_REACHED, or INVALID with the place of each text that can't be kept or comes twice.
 */
export function readDirectory({ users, teams }: SyncTeamAccessInput): Directory {
  const findings = new DirectoryFindings();
  if (users.length > usersMax) findings.add('directoryTooLarge', 'users');
  const places = teams.reduce((sum, { subjects }) => sum + subjects.length, 0);
  if (teams.length > teamsMax || places > placesMax) findings.add('directoryTooLarge', 'teams');
  findings.refuse();

  const directory = { users: readUsers(users, findings), teams: readTeams(teams, findings) };
  findings.refuse();
  return directory;
}

function readUsers(users: readonly DirectoryUserInput[], findings: DirectoryFindings): DirectoryUser[] {
  const subjects = new Set<string>();
  return users.map((user, index) => {
    const path = ['users', index] as const;
    const subject = kept(readIdentifier(user.subject), findings, ...path, 'subject');
    const name = kept(readText(user.name), findings, ...path, 'name');
    const email = normalizeName(user.email) === '' ? '' : readText(user.email);
    if (email === null) findings.add('directoryEmailInvalid', ...path, 'email');
    once(subject, subjects, findings, ...path, 'subject');
    return { subject, name, email: email ?? '', organizationRole: user.role, active: user.active };
  });
}

function readTeams(teams: readonly DirectoryTeamInput[], findings: DirectoryFindings): DirectoryTeam[] {
  const externalIds = new Set<string>();
  const names = new Set<string>();
  return teams.map((team, index) => {
    const path = ['teams', index] as const;
    const externalId = kept(readIdentifier(team.externalId), findings, ...path, 'externalId');
    const name = kept(readText(team.name), findings, ...path, 'name');
    once(externalId, externalIds, findings, ...path, 'externalId');
    const key = nameKey(name);
    once(key, names, findings, ...path, 'name');
    const subjects = team.subjects.map((subject, place) =>
      kept(readIdentifier(subject), findings, ...path, 'subjects', place),
    );
    return { externalId, name, nameKey: key, subjects };
  });
}

/** The text as it is kept; an empty one, and a finding, where it can't be. */
function kept(text: string | null, findings: DirectoryFindings, ...path: readonly (string | number)[]): string {
  if (text === null) findings.add('directoryTextInvalid', ...path);
  return text ?? '';
}

function once(
  text: string,
  before: Set<string>,
  findings: DirectoryFindings,
  ...path: readonly (string | number)[]
): void {
  if (text === '') return;
  if (before.has(text)) findings.add('directoryEntryRepeated', ...path);
  before.add(text);
}
