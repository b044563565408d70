import { describe, expect, test } from '@jest/globals';
import type { Settings } from '../settings/settings.js';
import { compare, merged, resolve } from './conflict.js';
import { changeOf } from './snapshot.js';

const people = (...names: string[]) =>
  names.map((name) => ({ id: name, name, email: '', active: true, subject: null }));

const was: Settings = {
  environment: 'STAGING',
  region: 'EU',
  monthlyBudget: '100.00',
  members: people('ada', 'bruno', 'chidi'),
};
const named = ({ members }: Pick<Settings, 'members'>) => members.map(({ name }) => name);

describe('comparing what was read, what is now, and what is wanted', () => {
  test('a field that nobody touched is no difference, nor is the same amount in other writing', () => {
    expect(compare(was, was, { ...was, monthlyBudget: '0100.0' })).toEqual([]);
  });

  test("one's own change stands by itself", () => {
    expect(compare(was, was, { ...was, region: 'US' })).toEqual([
      {
        name: 'region',
        isChangedByOthers: false,
        isChangedByYou: true,
        sides: ['yours', 'present'],
        proposal: 'yours',
      },
    ]);
  });

  test('a change of somebody else stands unless one chooses otherwise', () => {
    expect(compare(was, { ...was, environment: 'PRODUCTION' }, was)).toMatchObject([
      { name: 'environment', isChangedByOthers: true, isChangedByYou: false, proposal: 'present' },
    ]);
  });

  test('where both made it the same there is nothing to choose', () => {
    const now = { ...was, monthlyBudget: '200.00' };
    expect(compare(was, now, { ...was, monthlyBudget: '200' })).toMatchObject([{ name: 'monthlyBudget', sides: [] }]);
  });

  test('members that both sides changed can be put together', () => {
    const now = { ...was, members: people('ada', 'bruno', 'divya') };
    const yours = { ...was, members: people('ada', 'chidi', 'elif') };
    expect(named({ members: merged(was, now, yours) })).toEqual(['ada', 'divya', 'elif']);
    expect(compare(was, now, yours)).toMatchObject([{ sides: ['both', 'yours', 'present'], proposal: 'both' }]);
  });

  test('somebody whom both sides added is there once', () => {
    const both = { ...was, members: people('ada', 'bruno', 'chidi', 'elif') };
    expect(named({ members: merged(was, both, both) })).toEqual(['ada', 'bruno', 'chidi', 'elif']);
  });
});

describe('what comes of the choices', () => {
  const now: Settings = { ...was, environment: 'PRODUCTION', monthlyBudget: '200.00', members: people('ada', 'divya') };
  const yours: Settings = { ...was, monthlyBudget: '300', region: 'US', members: people('ada', 'bruno') };

  test('each field is the chosen one, and the present one without a choice', () => {
    const resolved = resolve(was, now, yours, { monthlyBudget: 'yours', members: 'yours' });
    expect(resolved).toMatchObject({ environment: 'PRODUCTION', region: 'EU', monthlyBudget: '300' });
    expect(named(resolved)).toEqual(['ada', 'bruno']);
  });

  test('only what differs from the present settings is sent', () => {
    expect(changeOf(now, resolve(was, now, yours, { region: 'yours' }))).toEqual({ region: 'US' });
    expect(changeOf(now, resolve(was, now, yours, { members: 'both' }))).toEqual({});
    expect(changeOf(now, resolve(was, now, yours, {}))).toEqual({});
  });
});
