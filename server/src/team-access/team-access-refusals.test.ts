import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { type Directory, newAdmin, refused, sync, team, user } from '../testing/directory.js';
import { newOrganization, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

describe('a call is refused whole, with the place of what is wrong', () => {
  const long = 'x'.repeat(256);
  test.each<[string, Directory, string, readonly (readonly string[])[]]>([
    ['an empty subject', { users: [user('a'), user('', { name: 'x' })] }, 'INVALID', [['users', '1', 'subject']]],
    ['a subject of spaces', { users: [user('  ', { name: 'x' })] }, 'INVALID', [['users', '0', 'subject']]],
    [
      'a subject of 256 characters',
      { users: [user(long, { name: 'x', email: '' })] },
      'INVALID',
      [['users', '0', 'subject']],
    ],
    [
      'a subject with NUL',
      { users: [user('a\0', { email: '' })] },
      'INVALID',
      [
        ['users', '0', 'subject'],
        ['users', '0', 'name'],
      ],
    ],
    ['half a character in a name', { users: [user('a', { name: '\ud83e' })] }, 'INVALID', [['users', '0', 'name']]],
    ['an empty name', { users: [user('a', { name: ' ' })] }, 'INVALID', [['users', '0', 'name']]],
    ['a name of 256 characters', { users: [user('a', { name: long })] }, 'INVALID', [['users', '0', 'name']]],
    ['a line break in an address', { users: [user('a', { email: 'a\nb' })] }, 'INVALID', [['users', '0', 'email']]],
    ['an address of 256 characters', { users: [user('a', { email: long })] }, 'INVALID', [['users', '0', 'email']]],
    [
      'a subject twice',
      { users: [user('a'), user('b'), user('a', { name: 'x' })] },
      'INVALID',
      [['users', '2', 'subject']],
    ],
    ['an empty id of a team', { teams: [team('', [], 'A')] }, 'INVALID', [['teams', '0', 'externalId']]],
    ['an id of 256 characters', { teams: [team(long, [], 'A')] }, 'INVALID', [['teams', '0', 'externalId']]],
    ['an empty name of a team', { teams: [team('1', [], ' ')] }, 'INVALID', [['teams', '0', 'name']]],
    ['a tab in a name of a team', { teams: [team('1', [], 'a\tb')] }, 'INVALID', [['teams', '0', 'name']]],
    [
      'an id of a team twice',
      { teams: [team('1', [], 'A'), team('1', [], 'B')] },
      'INVALID',
      [['teams', '1', 'externalId']],
    ],
    [
      'a name of a team twice',
      { teams: [team('1', [], 'A'), team('2', [], 'A ')] },
      'INVALID',
      [['teams', '1', 'name']],
    ],
    [
      'NUL in a subject of a team',
      { teams: [team('1', ['root', 'a\0'])] },
      'INVALID',
      [['teams', '0', 'subjects', '1']],
    ],
    [
      'subjects of nobody',
      { users: [user('a')], teams: [team('1', ['a', 'root']), team('2', ['nobody', 'a', 'A'])] },
      'NOT_FOUND',
      [
        ['teams', '1', 'subjects', '0'],
        ['teams', '1', 'subjects', '2'],
      ],
    ],
  ])('%s', async (_case, directory, code, paths) => {
    const admin = await newAdmin();
    const before = await databaseContent(server.database);
    expect(await sync(admin, directory)).toEqual(refused(code, ...paths));
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('a subject of another organization is nobody’s', async () => {
    const admin = await newAdmin();
    await person(server, { sub: 'stranger', org: newOrganization() });
    expect(await sync(admin, { teams: [team('1', ['stranger'])] })).toEqual(
      refused('NOT_FOUND', ['teams', '0', 'subjects', '0']),
    );
  });

  test('every error of the input is told at once, up to a hundred', async () => {
    const admin = await newAdmin();
    const few = await sync(admin, {
      users: [user('', { name: '', email: long })],
      teams: [team('', ['', 'a'], ''), team('1', ['nobody'], 'A'), team('1', [], 'A')],
    });
    expect(few.userErrors.map(({ field }) => field?.slice(1).join('.'))).toEqual([
      'users.0.subject',
      'users.0.name',
      'users.0.email',
      'teams.0.externalId',
      'teams.0.name',
      'teams.0.subjects.0',
      'teams.2.externalId',
      'teams.2.name',
    ]);
    const many = await sync(admin, { users: Array.from({ length: 300 }, () => user('a')) });
    expect(many.userErrors).toHaveLength(100);
    const nobody = Array.from({ length: 300 }, (_, index) => `nobody ${index}`);
    expect((await sync(admin, { teams: [team('1', nobody)] })).userErrors).toHaveLength(100);
  });

  test.each<[string, () => Directory, string]>([
    ['10,001 users', () => ({ users: Array.from({ length: 10_001 }, (_, index) => user(`u${index}`)) }), 'users'],
    ['10,001 teams', () => ({ teams: Array.from({ length: 10_001 }, (_, index) => team(`t${index}`)) }), 'teams'],
    [
      '100,001 places',
      () => ({ teams: Array.from({ length: 11 }, (_, index) => team(`t${index}`, new Array(9_091).fill('root'))) }),
      'teams',
    ],
  ])('%s are more than a call takes', async (_case, directory, field) => {
    expect(await sync(await newAdmin(), directory())).toEqual(refused('LIMIT_REACHED', [field]));
  });
});
