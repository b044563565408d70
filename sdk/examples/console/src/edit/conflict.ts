import type { UserFragment } from '@tokenvue/sdk/documents';
import { sameAmount } from '../money.js';
import type { Settings } from '../settings/settings.js';
import { peopleWithout, samePeople } from './snapshot.js';

export const settingNames = ['environment', 'region', 'monthlyBudget', 'members'] as const;
export type SettingName = (typeof settingNames)[number];

/** Which value goes on: the person's own, the present one, or for members the changes of both. */
export type Side = 'yours' | 'present' | 'both';

/** One field in which the person's draft is not what the workspace is now, or in which somebody else has changed it. */
export interface Difference {
  readonly name: SettingName;
  readonly isChangedByOthers: boolean;
  readonly isChangedByYou: boolean;
  /** Between which values the person has to choose; none where both sides say the same. */
  readonly sides: readonly Side[];
  /** Everybody's own changes stand, and the person's where both have changed the same. */
  readonly proposal: Side;
}

/** Compares what was read, what is now, and what the person wants, field by field. */
export function compare(was: Settings, now: Settings, yours: Settings): Difference[] {
  return settingNames.flatMap((name) => {
    const isChangedByOthers = !same(name, was, now);
    const isChangedByYou = !same(name, was, yours);
    if (!isChangedByOthers && !isChangedByYou) return [];
    const sides = sidesOf(name, was, now, yours);
    const proposal = sides.includes('both') ? 'both' : isChangedByYou && sides.length > 0 ? 'yours' : 'present';
    return [{ name, isChangedByOthers, isChangedByYou, sides, proposal }];
  });
}

/** The settings that come of the choices; what is not chosen is as it is now. */
export function resolve(
  was: Settings,
  now: Settings,
  yours: Settings,
  choices: Readonly<Partial<Record<SettingName, Side>>>,
): Settings {
  const isYours = (name: SettingName) => choices[name] === 'yours';
  return {
    environment: (isYours('environment') ? yours : now).environment,
    region: (isYours('region') ? yours : now).region,
    monthlyBudget: (isYours('monthlyBudget') ? yours : now).monthlyBudget,
    members: choices.members === 'both' ? merged(was, now, yours) : (isYours('members') ? yours : now).members,
  };
}

/** The present members with the person's own additions and removals. */
export function merged(was: Settings, now: Settings, yours: Settings): readonly UserFragment[] {
  const removed = peopleWithout(was.members, yours.members);
  const stay = peopleWithout(now.members, removed);
  const added = peopleWithout(peopleWithout(yours.members, was.members), stay);
  return [...stay, ...added];
}

function sidesOf(name: SettingName, was: Settings, now: Settings, yours: Settings): Side[] {
  if (same(name, now, yours)) return [];
  if (name !== 'members') return ['yours', 'present'];
  const together = merged(was, now, yours);
  const isOfBoth = !samePeople(together, now.members) && !samePeople(together, yours.members);
  return isOfBoth ? ['both', 'yours', 'present'] : ['yours', 'present'];
}

function same(name: SettingName, one: Settings, other: Settings): boolean {
  switch (name) {
    case 'members':
      return samePeople(one.members, other.members);
    case 'monthlyBudget':
      return sameAmount(one.monthlyBudget, other.monthlyBudget);
    case 'environment':
    case 'region':
      return one[name] === other[name];
  }
}
