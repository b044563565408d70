import { describe, expect, test } from '@jest/globals';
import { type DirectoryUser, sync, user } from '../testing/directory.js';
import { newService } from '../testing/fixtures.js';
import { organizationIdOf, setActive } from '../testing/rows.js';
import { newOrganization, type Person, person, signToken } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

// An organization that had an admin keeps one who can sign in, whatever people, services and tokens send at once.

useServer({ DATABASE_POOL_SIZE: '20' });

const rounds = 10;

interface Admin extends Person {
  readonly sub: string;
}

interface Organization {
  readonly org: string;
  readonly admins: readonly Admin[];
}

async function newAdmins(count: number): Promise<Organization> {
  const org = newOrganization();
  const subjects = Array.from({ length: count }, (_, index) => `admin ${index}`);
  const signingIn = subjects.map(async (sub) => ({ sub, ...(await person(server, { sub, org, org_role: 'admin' })) }));
  return { org, admins: await Promise.all(signingIn) };
}

/** Subjects of the admins who can sign in. */
async function adminsOf(org: string): Promise<string[]> {
  const rows = await server.database.rows<{ subject: string }>({
    text: `SELECT subject FROM users WHERE organization_id = $1 AND active AND organization_role = 'ADMIN' ORDER BY subject`,
    values: [await organizationIdOf(server, org)],
  });
  return rows.map(({ subject }) => subject);
}

interface Viewer {
  readonly user: { readonly name: string };
  readonly organizationRole: string;
}

async function roleByToken(org: string, sub: string, org_role: string, name = sub): Promise<Viewer | undefined> {
  const token = await signToken({ sub, org, org_role, name });
  const query = '{ viewer { user { name } organizationRole } }';
  return (await server.request<{ viewer: Viewer }>({ token, query })).data?.viewer;
}

/** As often as a client would ask, because a sign-in that another one keeps from it is taken in with the next request. */
async function loseByToken(org: string, { sub }: Admin): Promise<void> {
  const token = await signToken({ sub, org, org_role: 'member' });
  for (let request = 0; request < 3; request++) await server.request({ token, query: '{ __typename }' });
}

const lost: Partial<DirectoryUser> = { role: 'MEMBER' };
const gone: Partial<DirectoryUser> = { role: 'ADMIN', active: false };
const admin = (sub: string) => user(sub, { role: 'ADMIN' });

type Attack = (organization: Organization, service: () => Promise<Person>) => readonly Promise<unknown>[];

/** Each admin does it to the next one, the last to the first. */
const inRing =
  (does: (who: Admin, next: Admin, organization: Organization) => Promise<unknown>): Attack =>
  (organization) => {
    const { admins } = organization;
    return admins.map((who, index) => does(who, admins[(index + 1) % admins.length] as Admin, organization));
  };

describe('when they all lose it at the same moment, somebody is left:', () => {
  test.each<[string, number, Attack]>([
    ['two admins who make each other members', 2, inRing((who, { sub }) => sync(who, { users: [user(sub, lost)] }))],
    ['two admins who set each other inactive', 2, inRing((who, { sub }) => sync(who, { users: [user(sub, gone)] }))],
    ['three in a ring', 3, inRing((who, { sub }) => sync(who, { users: [user(sub, lost)] }))],
    [
      'two who leave each other out of the whole directory',
      2,
      inRing((who) => sync(who, { users: [admin(who.sub)], complete: true })),
    ],
    ['three whose tokens all say that they are members', 3, inRing((who, _next, { org }) => loseByToken(org, who))],
    [
      'one whose token says so while they take the other’s',
      2,
      ({ org, admins: [one, other] }) => [
        loseByToken(org, one as Admin),
        sync(one as Admin, { users: [user(other?.sub ?? '', lost)] }),
      ],
    ],
    [
      'services that each take another admin’s',
      2,
      ({ admins }, service) =>
        admins.map(async ({ sub }) => sync(await service(), { users: [user(sub, sub.endsWith('0') ? lost : gone)] })),
    ],
    [
      'one by a service while the other’s token says that they are a member',
      2,
      ({ org, admins: [one, other] }, service) => [
        service().then((by) => sync(by, { users: [user(one?.sub ?? '', gone)] })),
        loseByToken(org, other as Admin),
      ],
    ],
  ])('%s', async (_case, count, attack) => {
    const attacked = async () => {
      const organization = await newAdmins(count);
      const [maker] = organization.admins;
      const service = newService(server, maker as Admin, ['DIRECTORY_WRITE']);
      await service;
      await Promise.allSettled(attack(organization, () => service));
      return adminsOf(organization.org);
    };
    for (let round = 0; round < rounds; round++) expect(await attacked()).not.toEqual([]);
  });
});

describe('a token that says of the last admin that they are a member', () => {
  test('takes everything but that, until somebody else is one', async () => {
    const { org, admins } = await newAdmins(1);
    const [{ sub = '' } = {}] = admins;
    expect(await roleByToken(org, sub, 'member', 'Renamed')).toEqual({
      user: { name: 'Renamed' },
      organizationRole: 'ADMIN',
    });
    await roleByToken(org, 'heir', 'admin');
    expect((await roleByToken(org, sub, 'member'))?.organizationRole).toBe('MEMBER');
    expect(await adminsOf(org)).toEqual(['heir']);
  });

  test('does not count one who can not sign in, nor an admin of another organization', async () => {
    const [{ org, admins }] = await Promise.all([newAdmins(2), newAdmins(1)]);
    const [one, other] = admins;
    await setActive(server, other as Admin, false);
    expect((await roleByToken(org, one?.sub ?? '', 'member'))?.organizationRole).toBe('ADMIN');
  });
});
