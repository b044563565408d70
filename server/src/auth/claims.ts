import type { JWTPayload } from 'jose';
import { OrganizationRole } from '../access/actor.js';
import { normalizeName } from '../text.js';

/** What a person's token says; what it leaves out is undefined and changes nothing. */
export interface Claims {
  readonly subject: string;
  readonly organization: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly organizationRole: OrganizationRole | undefined;
  /** Names of the person's teams, each once and sorted. */
  readonly teams: readonly string[] | undefined;
}

const textLengthMax = 255;
const teamsMax = 1_000;

/** The claims of a verified token, or null where one of them is not what it should be. */
export function readClaims(payload: JWTPayload): Claims | null {
  const subject = identifier(payload.sub);
  const organization = identifier(payload['org']);
  const name = optional(payload['name'], text);
  const email = optional(payload['email'], text);
  const organizationRole = optional(payload['org_role'], role);
  const teams = optional(payload['teams'], teamNames);
  if (subject === null || organization === null) return null;
  if (name === null || email === null || organizationRole === null || teams === null) return null;
  return { subject, organization, name, email, organizationRole, teams };
}

function optional<Value>(claim: unknown, read: (claim: unknown) => Value | null): Value | null | undefined {
  return claim === undefined ? undefined : read(claim);
}

/** Kept to the letter: two that only look alike are two people, or two tenants. */
function identifier(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= textLengthMax && text(claim) !== null ? claim : null;
}

function text(claim: unknown): string | null {
  if (typeof claim !== 'string') return null;
  const value = normalizeName(claim);
  return value.length >= 1 && value.length <= textLengthMax && !/[\p{Cc}\p{Cs}]/u.test(value) ? value : null;
}

function role(claim: unknown): OrganizationRole | null {
  if (claim === 'admin') return OrganizationRole.ADMIN;
  return claim === 'member' ? OrganizationRole.MEMBER : null;
}

function teamNames(claim: unknown): string[] | null {
  if (!Array.isArray(claim) || claim.length > teamsMax) return null;
  const names = claim.map(text);
  return names.every((name) => name !== null) ? [...new Set(names)].sort() : null;
}
