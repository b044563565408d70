import type { MemberFragment, UpdateWorkspaceSettingsInput, WorkspaceDetailsFragment } from '@tokenvue/sdk/documents';
import { type Money, sameAmount } from '../money.js';
import { pickedOf, type Settings } from '../settings/settings.js';

/** A workspace's settings at one version, with its whole set of members. */
export interface Snapshot extends Settings {
  readonly id: string;
  readonly version: number;
  readonly budget: Money;
  readonly owner: WorkspaceDetailsFragment['owner'];
  readonly roles: ReadonlyMap<string, MemberFragment['role']>;
  readonly isEditable: boolean;
  readonly updatedAt: string;
}

export function snapshotOf(workspace: WorkspaceDetailsFragment, members: readonly MemberFragment[]): Snapshot {
  return {
    id: workspace.id,
    version: workspace.version,
    environment: workspace.environment,
    region: workspace.region,
    monthlyBudget: workspace.monthlyBudget.amount,
    budget: workspace.monthlyBudget,
    members: members.map(({ user }) => user),
    owner: workspace.owner,
    roles: new Map(members.map(({ user, role }) => [user.id, role])),
    isEditable: workspace.viewerCanUpdateSettings,
    updatedAt: workspace.updatedAt,
  };
}

export type Change = Pick<UpdateWorkspaceSettingsInput, 'environment' | 'region' | 'monthlyBudget' | 'memberIds'>;

/** What differs from the snapshot, and nothing else: what is left out of an update stays as it is. */
export function changeOf(base: Settings, { environment, region, monthlyBudget, members }: Settings): Change {
  return {
    ...(environment !== base.environment && pickedOf({ environment })),
    ...(region !== base.region && pickedOf({ region })),
    ...(!sameAmount(monthlyBudget, base.monthlyBudget) && { monthlyBudget: monthlyBudget.trim() }),
    ...(!samePeople(members, base.members) && { memberIds: members.map(({ id }) => id) }),
  };
}

type People = Settings['members'];

export function samePeople(one: People, other: People): boolean {
  return one.length === other.length && peopleWithout(one, other).length === 0;
}

/** Those of the first who are not among the others. */
export function peopleWithout(people: People, others: People): People {
  const ids = new Set(others.map(({ id }) => id));
  return people.filter(({ id }) => !ids.has(id));
}
