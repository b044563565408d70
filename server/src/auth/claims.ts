import type { JWTPayload } from 'jose';
import { OrganizationRole } from '../access/actor.js';
import { readNameUpTo } from '../text.js';
import { SignInRefused } from './refused-sign-in.js';

/** What a person's token says; what it leaves out is undefined and changes nothing. */
export interface Claims {
  readonly subject: string;
  readonly organization: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly organizationRole: OrganizationRole | undefined;
  /** Names of the person's teams, each once and sorted. */
  readonly teams: readonly string[] | undefined;
  /** When they were put into the token, if it says so. */
  readonly issuedAt: Date | undefined;
}

const textLengthMax = 255;
const teamsMax = 1_000;

/** The claims of a verified token. @throws SignInRefused, which names one that is not what it should be */
export function readClaims(payload: JWTPayload): Claims {
  const required = <Value>(claim: string, read: (value: unknown) => Value | null): Value => {
    const value = read(payload[claim]);
    if (value === null) throw new SignInRefused('claim', claim);
    return value;
  };
  const optional = <Value>(claim: string, read: (value: unknown) => Value | null): Value | undefined =>
    payload[claim] === undefined ? undefined : required(claim, read);
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

function teamNames(claim: unknown): string[] | null {
  if (!Array.isArray(claim) || claim.length > teamsMax) return null;
  const names = claim.map(readText);
  return names.every((name) => name !== null) ? [...new Set(names)].sort() : null;
}
