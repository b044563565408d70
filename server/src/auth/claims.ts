import type { JWTPayload } from 'jose';
import { OrganizationRole } from '../access/actor.js';
import { nameKey, normalizeName, readNameUpTo } from '../text.js';
import { SignInRefused } from './refused-sign-in.js';

/** What a person's token says; what it leaves out is undefined and changes nothing. */
export interface Claims {
  readonly subject: string;
  readonly organization: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly organizationRole: OrganizationRole | undefined;
  /** The person's teams, each once, in the order of what is unique of their names. */
  readonly teams: readonly NamedTeam[] | undefined;
  /** When they were put into the token, if it says so. */
  readonly issuedAt: Date | undefined;
}

/** A team as tokens name it. */
export interface NamedTeam {
  readonly name: string;
  /** What is unique of the name. */
  readonly key: string;
}

const textLengthMax = 255;
const teamsMax = 1_000;

/**
 * The claims of a verified token. One that is null or an empty text is as if it were missing, as some identity providers
 * send it.
 * @throws SignInRefused, which names one that is not what it should be
 */
export function readClaims(payload: JWTPayload): Claims {
  const required = <Value>(claim: string, read: (value: unknown) => Value | null): Value => {
    const value = read(payload[claim]);
    if (value === null) throw new SignInRefused('claim', claim);
    return value;
  };
  const optional = <Value>(claim: string, read: (value: unknown) => Value | null): Value | undefined =>
    isMissing(payload[claim]) ? undefined : required(claim, read);
  return {
    subject: required('sub', readIdentifier),
    organization: required('org', readIdentifier),
    name: optional('name', readText),
    email: optional('email', readText),
    organizationRole: optional('org_role', role),
    teams: optional('teams', teamNames),
    issuedAt: payload.iat === undefined ? undefined : pastTime(payload.iat),
  };
}

function isMissing(claim: unknown): boolean {
  return claim == null || (typeof claim === 'string' && normalizeName(claim) === '');
}

/** Kept to the letter: two that only look alike are two people, or two tenants. */
export function readIdentifier(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= textLengthMax && readText(claim) !== null ? claim : null;
}

/** A text of 1 to 255 characters, as names are kept; null where it is none. */
export function readText(claim: unknown): string | null {
  return typeof claim === 'string' ? readNameUpTo(claim, textLengthMax) : null;
}

function role(claim: unknown): OrganizationRole | null {
  if (claim === 'admin') return OrganizationRole.ADMIN;
  return claim === 'member' ? OrganizationRole.MEMBER : null;
}

/** A time to come counts as now: it would outlast every younger word. */
function pastTime(seconds: number): Date {
  return new Date(Math.min(Math.max(seconds, 0) * 1_000, Date.now()));
}

/** An empty list says that there are none; names that differ only in case are one. */
function teamNames(claim: unknown): NamedTeam[] | null {
  if (!Array.isArray(claim) || claim.length > teamsMax) return null;
  const names = claim.map(readText);
  if (!names.every((name) => name !== null)) return null;
  const byKey = new Map(names.sort().map((name) => [nameKey(name), name]));
  return [...byKey].map(([key, name]) => ({ name, key })).sort((one, other) => (one.key < other.key ? -1 : 1));
}
