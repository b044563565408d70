import type { JWTPayload } from 'jose';
import { OrganizationRole } from '../access/actor.js';
import type { ClaimName, ClaimsConfig } from '../config.js';
import { nameKey, readNameUpTo } from '../text.js';
import { SignInRefused } from './refused-sign-in.js';
import { clockSkewSeconds, isMissing, timeOf } from './registered-claims.js';

/** What a person's token says; what it leaves out is undefined and changes nothing. */
export interface Claims {
  readonly subject: string;
  readonly organization: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly organizationRole: OrganizationRole | undefined;
  /** The person's teams, each once, in the order of what is unique of their names. */
  readonly teams: readonly NamedTeam[] | undefined;
  /**
   * When they were put into the token at the earliest, by the database's clock, if it says so: the clock of who issued it
   * may be ahead by the skew, and what the directory said meanwhile stands.
   */
  readonly issuedAt: Date | undefined;
  /** When the token ends; null for one without an end. */
  readonly expiresAt: Date | null;
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
 * The claims of a verified token, by what the configuration says that it calls them. One that is null or an empty text is
 * as if it were missing, as some identity providers send it.
 * @throws SignInRefused, which names one that is not what it should be
 */
export function readClaims(payload: JWTPayload, { names, organization }: ClaimsConfig): Claims {
  const required = <Value>(claim: ClaimName, read: (value: unknown) => Value | null): Value => {
    const value = read(payload[names[claim]]);
    if (value === null) throw new SignInRefused('claim', names[claim]);
    return value;
  };
  const optional = <Value>(claim: ClaimName, read: (value: unknown) => Value | null): Value | undefined =>
    isMissing(payload[names[claim]]) ? undefined : required(claim, read);
  return {
    subject: required('sub', readIdentifier),
    organization: optional('org', readIdentifier) ?? organization ?? required('org', readIdentifier),
    name: optional('name', readText),
    email: optional('email', readText),
    organizationRole: optional('org_role', role),
    teams: optional('teams', teamNames),
    issuedAt: issueOf(payload),
    expiresAt: endOf(payload),
  };
}

/** What databases take for a time. */
const earliest = 0;
const latest = Date.UTC(9_999, 11, 31);

function issueOf(payload: JWTPayload): Date | undefined {
  const seconds = timeOf(payload, 'iat');
  return seconds === undefined ? undefined : new Date(Math.max((seconds - clockSkewSeconds) * 1_000, earliest));
}

function endOf(payload: JWTPayload): Date | null {
  const seconds = timeOf(payload, 'exp');
  return seconds === undefined ? null : new Date(Math.min(seconds * 1_000, latest));
}

/** Kept to the letter: two that only look alike are two people, or two tenants. */
export function readIdentifier(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= textLengthMax && readText(claim) !== null ? claim : null;
}

/** A text of 1 to 255 characters, as names are kept; null where it is none. */
export function readText(claim: unknown): string | null {
  return typeof claim === 'string' ? readNameUpTo(claim, textLengthMax) : null;
}

/** Some identity providers send a list of roles: who has not `admin` among them is none. */
function role(claim: unknown): OrganizationRole | null {
  if (Array.isArray(claim)) return claim.includes('admin') ? OrganizationRole.ADMIN : OrganizationRole.MEMBER;
  if (claim === 'admin') return OrganizationRole.ADMIN;
  return claim === 'member' ? OrganizationRole.MEMBER : null;
}

/** An empty list says that there are none; names that differ only in case are one. */
function teamNames(claim: unknown): NamedTeam[] | null {
  if (!Array.isArray(claim) || claim.length > teamsMax) return null;
  const names = claim.map(readText);
  if (!names.every((name) => name !== null)) return null;
  const byKey = new Map(names.sort().map((name) => [nameKey(name), name]));
  return [...byKey].map(([key, name]) => ({ name, key })).sort((one, other) => (one.key < other.key ? -1 : 1));
}
