import { type Actor, OrganizationRole } from '../access/actor.js';
import { DirectoryFindings } from './directory.js';
import type { UserDifference } from './directory-changes.js';

/** The access that a difference gives or takes. */
type Access = 'active' | 'role';

/** Whom the call names come first, at their places in it; who is left out of a whole directory follows. */
export interface Judged {
  readonly users: readonly UserDifference[];
  readonly namedCount: number;
}

/**
 * Refuses what nobody does to themselves: an admin who locks themselves out, and a service that gives back what was taken
 * from the person who made its token, and may have kept it.
 * @throws Refusal INVALID, FORBIDDEN
 */
export function refuseOwnAccess(judged: Judged, actor: Actor, tokenMakerIds: readonly string[]): void {
  const findings = new DirectoryFindings();
  for (const [index, difference] of judged.users.entries()) {
    const { id } = difference.user;
    if (actor.kind === 'USER' && id === actor.id) {
      for (const access of accessOf(difference, 'taken')) findings.add('ownLockOut', ...placeOf(judged, index, access));
    } else if (tokenMakerIds.includes(id)) {
      for (const access of accessOf(difference, 'given')) {
        findings.add('tokenMakerRaised', ...placeOf(judged, index, access));
      }
    }
  }
  findings.refuse();
}

/**
 * Refuses to take the access of the last admins who can sign in. The directory is locked, so that nobody else does it
 * meanwhile.
 * @param admins UUIDs of those who can sign in now
 * @throws Refusal INVALID
 */
export function refuseLastAdmins(judged: Judged, admins: readonly string[]): void {
  const after = new Set(admins);
  for (const { user } of judged.users) {
    if (user.active && user.organizationRole === OrganizationRole.ADMIN) after.add(user.id);
    else after.delete(user.id);
  }
  if (admins.length === 0 || after.size > 0) return;
  const before = new Set(admins);
  const findings = new DirectoryFindings();
  let isLeftOut = false;
  for (const [index, difference] of judged.users.entries()) {
    if (!before.has(difference.user.id)) continue;
    if (index >= judged.namedCount) isLeftOut = true;
    else for (const access of accessOf(difference, 'taken')) findings.add('lastAdmin', 'users', index, access);
  }
  if (isLeftOut) findings.add('lastAdmin', 'users');
  findings.refuse();
}

/** Whether anybody loses access at all. */
export function takesAccess({ users }: Judged): boolean {
  return users.some((difference) => !difference.isNew && accessOf(difference, 'taken').length > 0);
}

function placeOf({ namedCount }: Judged, index: number, access: Access): (string | number)[] {
  return index < namedCount ? ['users', index, access] : ['users'];
}

function accessOf({ changes }: UserDifference, direction: 'given' | 'taken'): Access[] {
  const isGiven = (value: unknown) => value === true || value === OrganizationRole.ADMIN;
  const names: Readonly<Record<string, Access>> = { active: 'active', organizationRole: 'role' };
  return changes
    .filter(({ after }) => isGiven(after) === (direction === 'given'))
    .flatMap(({ field }) => names[field] ?? []);
}
