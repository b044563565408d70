import type { JWTPayload } from 'jose';
import { OrganizationRole } from '../access/actor.js';
import { readNameUpTo } from '../text.js';

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

/** The claims of a verified token, or null where one of them is not what it should be. */
export function readClaims(payload: JWTPayload): Claims | null {
  const subject = readIdentifier(payload.sub);
  const organization = readIdentifier(payload['org']);
  const name = optional(payload['name'], readText);
  const email = optional(payload['email'], readText);
  const organizationRole = optional(payload['org_role'], role);
  const teams = optional(payload['teams'], teamNames);
  if (subject === null || organization === null) return null;
  if (name === null || email === null || organizationRole === null || teams === null) return null;
  const issuedAt = payload.iat === undefined ? undefined : pastTime(payload.iat);
  return { subject, organization, name, email, organizationRole, teams, issuedAt };
}

function optional<Value>(claim: unknown, read: (claim: unknown) => Value | null): Value | null | undefined {
  return claim === undefined ? undefined : read(claim);
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
