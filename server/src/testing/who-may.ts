import { type Permission, permissions, type Rule } from '../access/permissions.js';
import { type Part, parts, scopesOf } from './cast.js';
import { typesNamedBy } from './commands.js';
import { importAll } from './source-files.js';

/** Who may do what, as it follows from the table of permissions. */

export type Outcome = 'done' | 'FORBIDDEN' | 'NOT_FOUND';
export type Outcomes = Readonly<Record<Part, Outcome>>;

export const people = ['viewer', 'member', 'admin', 'owner', 'organizationAdmin'] as const satisfies readonly Part[];

/** An organization admin counts as the owner of every workspace. */
const rolesOf: Partial<Record<Part, string>> = {
  viewer: 'VIEWER',
  member: 'MEMBER',
  admin: 'ADMIN',
  owner: 'OWNER',
  organizationAdmin: 'OWNER',
};
const organizationAdmins: readonly Part[] = ['foreignAdmin', 'organizationAdmin'];

/** What comes of it when everybody tries what needs the permission, with an object of the first company or without one. */
export function outcomesOf(permission: Permission, namesObject: boolean): Outcomes {
  const outcomes = parts.map((part) => [part, outcomeFor(part, permissions[permission], namesObject)]);
  return Object.fromEntries(outcomes) as unknown as Outcomes;
}

function outcomeFor(part: Part, rule: Rule, namesObject: boolean): Outcome {
  const scopes: readonly string[] | undefined = part in scopesOf ? scopesOf[part as keyof typeof scopesOf] : undefined;
  if (scopes !== undefined && !rule.scopes.some((scope) => scopes.includes(scope))) return 'FORBIDDEN';
  const isAdminNeeded = scopes === undefined && 'people' in rule && rule.people === 'organization admins';
  if (isAdminNeeded && !organizationAdmins.includes(part)) return 'FORBIDDEN';
  if (namesObject && isWithoutSight(part)) return 'NOT_FOUND';
  if (scopes !== undefined || 'people' in rule) return 'done';
  return rule.roles.some((role) => role === rolesOf[part]) ? 'done' : 'FORBIDDEN';
}

/** Who sees nothing of what is in the first company's workspace. */
function isWithoutSight(part: Part): boolean {
  return part === 'stranger' || part.startsWith('foreign');
}

/** Who is shown what needs the permission. */
export function readersWith(permission: Permission): Part[] {
  const outcomes = outcomesOf(permission, true);
  return parts.filter((part) => outcomes[part] === 'done');
}

/** Services to which an operation that begins with the permission is FORBIDDEN, wherever its object is. */
export function servicesWithout(permission: Permission): Part[] {
  const outcomes = outcomesOf(permission, false);
  return parts.filter((part) => part in scopesOf && outcomes[part] === 'FORBIDDEN');
}

/** What is needed to read objects of these types; of any other, what is needed to read the workspace. */
const readPermissions: Readonly<Record<string, Permission>> = {
  AuditEvent: 'workspace.read_audit_log',
  LlmConfiguration: 'gateway.read',
  Guardrail: 'gateway.read',
  ServiceToken: 'service_token.manage',
  User: 'person.read',
  Team: 'person.read',
};

export function readPermission(type: string): Permission {
  return readPermissions[type] ?? 'workspace.read';
}

/** What is needed to read a list of them across the organization, where that is more than to read one. */
const listPermissions: Readonly<Record<string, Permission>> = { AuditEvent: 'organization.read_audit_log' };

/** Of lists of the schema's root that do not follow from the type of what is in them. */
export const fieldPermissions: Readonly<Record<string, Permission>> = {
  assignableUsers: 'workspace.read',
  users: 'directory.read',
  teams: 'directory.read',
};

export function listPermission(type: string): Permission {
  return listPermissions[type] ?? readPermission(type);
}

interface ServerCommand {
  readonly name: string;
  readonly permission: Permission;
}

/** The server's commands, by the names of their mutations. */
export const serverCommands: ReadonlyMap<string, ServerCommand> = new Map(
  [...(await importAll(/\.commands?\.ts$/)).values()]
    .flatMap((exported) => Object.values(exported))
    .filter(isCommand)
    .map((command) => [command.name, command]),
);

function isCommand(exported: unknown): exported is ServerCommand {
  return typeof exported === 'object' && exported !== null && 'permission' in exported && 'work' in exported;
}

export function permissionOf(mutation: string): Permission {
  const command = serverCommands.get(mutation);
  if (command === undefined) throw new Error(`There is no command ${mutation}.`);
  return command.permission;
}

/**
 * What comes of the mutation for everybody, with what is not their own: who may change what they have created themselves
 * (`…_own`) needs more for what is another's (`…_any`).
 */
export function mutationOutcomes(mutation: string): Outcomes {
  const permission = permissionOf(mutation).replace(/_own$/, '_any') as Permission;
  return outcomesOf(permission, typesNamedBy(mutation).length > 0);
}

/** What comes of it with what everybody has created themselves; a service has nothing of its own. */
export function ownOutcomes(mutation: string): Outcomes {
  const own = outcomesOf(permissionOf(mutation), true);
  const any = mutationOutcomes(mutation);
  return Object.fromEntries(
    parts.map((part) => [part, part in scopesOf ? any[part] : own[part]]),
  ) as unknown as Outcomes;
}
