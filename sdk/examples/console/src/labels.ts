import type { MemberRole, WorkspaceEnvironment, WorkspaceRegion, WorkspaceStatus } from '@tokenvue/sdk/documents';

/** The values of an enum in the order in which people see them, with their words. */
export type Labels<Value extends string> = Readonly<Record<Value, string>>;

export const environments: Labels<WorkspaceEnvironment> = {
  PRODUCTION: 'Production',
  STAGING: 'Staging',
  SANDBOX: 'Sandbox',
};

export const statuses: Labels<WorkspaceStatus> = { ACTIVE: 'Active', REVIEW: 'In review' };

export const regions: Labels<WorkspaceRegion> = {
  GLOBAL: 'Global',
  US: 'United States',
  EU: 'European Union',
  RWANDA: 'Rwanda',
};

export const roles: Labels<MemberRole> = { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: 'Member', VIEWER: 'Viewer' };

/** The words for a value; a value that is newer than this page stands for itself. */
export function labelOf(labels: Readonly<Record<string, string>>, value: string): string {
  return labels[value] ?? value;
}

export function isOf<Value extends string>(labels: Labels<Value>, value: string): value is Value {
  return Object.hasOwn(labels, value);
}

export function keysOf<Key extends string>(labels: Readonly<Record<Key, string>>): Key[] {
  return Object.keys(labels) as Key[];
}

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
