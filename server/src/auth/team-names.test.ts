import { describe, expect, test } from '@jest/globals';
import { kept, newAdmin, signIn, sync, team, teamsOf, user } from '../testing/directory.js';
import { newOrganization, signToken, type TokenClaims } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

describe('a claim that is null or empty is as if it were missing:', () => {
  test.each<[string, Record<string, unknown>]>([
    ['name', { name: null }],
    ['name', { name: '' }],
    ['name', { name: ' \t' }],
    ['email', { email: null }],
    ['email', { email: '' }],
    ['org_role', { org_role: null }],
    ['org_role', { org_role: '' }],
    ['teams', { teams: null }],
    ['teams', { teams: '' }],
    ['all', { name: null, email: '', org_role: '', teams: null }],
  ])('%s in %j changes nothing about the person, and makes one as without it', async (_claim, claims) => {
    const org = newOrganization();
    const known = { sub: 'ada', org, name: 'Ada', email: 'ada@example.com', org_role: 'admin', teams: ['core'] };
    const before = await signIn(known as TokenClaims);
    expect(await signIn({ sub: 'ada', org, ...claims } as TokenClaims)).toEqual(before);
    expect((await kept(org)).users).toMatchObject([{ name: 'Ada', email: 'ada@example.com' }]);
    const fresh = newOrganization();
    await signIn({ sub: 'ada', org: fresh, ...claims } as TokenClaims);
    expect((await kept(fresh)).users).toMatchObject([{ name: 'ada', email: '', role: 'MEMBER' }]);
  });

  test.each<[string, object]>([
    ['sub', { sub: null }],
    ['sub', { sub: '' }],
    ['org', { org: null }],
    ['org', { org: '' }],
  ])('%s in %j is one that a token can not do without', async (_claim, claims) => {
    const token = await signToken({ sub: 'ada', org: newOrganization(), ...claims } as TokenClaims);
    expect((await server.request({ token, query: '{ __typename }' })).status).toBe(401);
  });

  test('but a list without a team says that there is none', async () => {
    const claims = { sub: 'ada', org: newOrganization() };
    expect(await signIn({ ...claims, teams: ['core'] })).toMatchObject({ teams: ['core'] });
    expect(await signIn({ ...claims, teams: [] })).toMatchObject({ teams: [] });
  });
});

describe('teams that differ only in case', () => {
  test('are one, in one token, in many at once, and between tokens and the directory', async () => {
    const admin = await newAdmin();
    const { org } = admin;
    const spellings = ['Platform', 'platform', 'PLATFORM', ' plat\u200bform '];
    expect((await signIn({ sub: 'ada', org, teams: spellings })).teams).toHaveLength(1);
    await Promise.all(spellings.map((name, index) => signIn({ sub: `p${index}`, org, teams: [name] })));
    const [only, ...others] = (await kept(org)).teams;
    expect([only?.subjects, others]).toEqual([['ada', 'p0', 'p1', 'p2', 'p3'], []]);
    // The directory's spelling counts, and the team stays the same.
    await sync(admin, { users: [user('ada')], teams: [team('t1', ['ada'], 'pLATFORM')] });
    expect((await kept(org)).teams).toEqual([{ id: only?.id, name: 'pLATFORM', externalId: 't1', subjects: ['ada'] }]);
    expect(await signIn({ sub: 'bob', org, teams: ['Platform'] })).toMatchObject({ teams: ['pLATFORM'] });
    expect(await teamsOf(org)).toEqual({ pLATFORM: ['ada', 'bob'] });
  });

  test('are not two in the directory', async () => {
    const admin = await newAdmin();
    const two = { teams: [team('t1', [], 'Search'), team('t2', [], 'SEARCH')] };
    expect(await sync(admin, two)).toMatchObject({
      userErrors: [{ code: 'INVALID', field: ['input', 'teams', '1', 'name'] }],
    });
    await sync(admin, { teams: [team('t1', [], 'Search')] });
    expect(await sync(admin, { teams: [team('t2', [], 'search')] })).toMatchObject({ userErrors: [{ code: 'TAKEN' }] });
    // One that only changes its case is renamed.
    expect(await sync(admin, { teams: [team('t1', [], 'search')] })).toMatchObject({ teamsChanged: 1, userErrors: [] });
    expect(await teamsOf(admin.org)).toEqual({ search: [] });
  });
});

describe('a team that the directory has renamed', () => {
  test('keeps its people while tokens still say the old name, in any case, beside the new one or in its place', async () => {
    const admin = await newAdmin();
    const { org } = admin;
    await signIn({ sub: 'ada', org, teams: ['Search'] });
    await sync(admin, { users: [user('ada')], teams: [team('t1', ['ada'], 'Search')] });
    await sync(admin, { teams: [team('t1', ['ada'], 'Discovery')] });
    for (const teams of [['Search'], ['SEARCH', 'discovery'], ['Discovery'], ['search']]) {
      expect(await signIn({ sub: 'ada', org, teams })).toMatchObject({ teams: ['Discovery'] });
    }
    // Whoever comes new with the old name comes into the same team, and no other is made.
    expect(await signIn({ sub: 'bob', org, teams: ['Search'] })).toMatchObject({ teams: ['Discovery'] });
    expect(await teamsOf(org)).toEqual({ Discovery: ['ada', 'bob'] });
    // Whose token names neither is in it no more.
    expect(await signIn({ sub: 'ada', org, teams: ['other'] })).toMatchObject({ teams: ['other'] });
  });

  test('is known by each of its names, until another team has one of them', async () => {
    const admin = await newAdmin();
    const { org } = admin;
    for (const name of ['One', 'Two', 'Three']) await sync(admin, { teams: [team('t1', [], name)] });
    for (const name of ['One', 'Two', 'Three']) {
      expect(await signIn({ sub: 'ada', org, teams: [name] })).toMatchObject({ teams: ['Three'] });
    }
    await sync(admin, { teams: [team('t2', [], 'one')] });
    expect(await signIn({ sub: 'ada', org, teams: ['One'] })).toMatchObject({ teams: ['one'] });
    // Two that exchange their names are meant by those of now.
    await sync(admin, { teams: [team('t1', [], 'one'), team('t2', [], 'Three')] });
    await signIn({ sub: 'bob', org, teams: ['Three'] });
    expect((await kept(org)).teams).toMatchObject([
      { externalId: 't2', name: 'Three', subjects: ['bob'] },
      { name: 'one' },
    ]);
    await sync(admin, { teams: [team('t2', [], 'Four')] });
    await sync(admin, { teams: [team('t3', [], 'Five')] });
    expect(await signIn({ sub: 'cyd', org, teams: ['Three', 'Five'] })).toMatchObject({
      teams: ['Five', 'Four'],
    });
  });
});
