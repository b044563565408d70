import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { changed, events, kept, newAdmin, signIn, statusOf, sync, team, teamsOf, user } from '../testing/directory.js';
import { eventually } from '../testing/eventually.js';
import { createKey, createWorkspace, mutate } from '../testing/fixtures.js';
import { toGlobalId } from '../testing/ids.js';
import { giveToTeam, lockOf, setRole, uuidOf } from '../testing/rows.js';
import { type Person, person, signToken } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

describe('at the same moment', () => {
  test('ten copies of a sync make each user and team once', async () => {
    const admin = await newAdmin();
    const directory = { users: [user('ada'), user('bob')], teams: [team('1', ['ada', 'bob'])] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => sync(admin, directory)));
    expect(answers.filter(({ usersChanged }) => usersChanged === 2)).toEqual([changed(2, 1)]);
    expect(answers.filter(({ usersChanged }) => usersChanged === 0)).toHaveLength(9);
    expect(await events(admin.org)).toHaveLength(3);
  });

  test('syncs that cross each other, and sign-ins of the same people, all succeed', async () => {
    const { org, ...admin } = await newAdmin();
    const subjects = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const names = ['a', 'b', 'c'] as const;
    await sync(admin, {
      users: subjects.map((subject) => user(subject)),
      teams: names.map((name) => team(name, subjects)),
    });
    const syncs = Array.from({ length: 12 }, (_, round) =>
      sync(admin, {
        users: subjects.map((_subject, index) => user(`s${(index * 7 + round) % 40}`, { name: `Round ${round}` })),
        teams: names.map((externalId, index) =>
          team(externalId, subjects.slice(round), names[(index + round) % 3] ?? externalId),
        ),
      }),
    );
    const signIns = subjects.flatMap((sub, index) =>
      [1, 2].map(async (round) =>
        statusOf({
          token: await signToken({ sub, org, teams: [names[(index + round) % 3] ?? 'a', `own ${index % 3}`] }),
        }),
      ),
    );
    for (const { userErrors } of await Promise.all(syncs)) expect(userErrors).toEqual([]);
    expect(new Set(await Promise.all(signIns))).toEqual(new Set([200]));
    expect(server.logLines.filter((line) => line.includes('unexpected error') && line.includes('deadlock'))).toEqual(
      [],
    );
  });

  describe('a team that becomes one with another', () => {
    /** A team of the directory, and one that tokens have named, which owns workspaces; in their order by id. */
    async function twoTeams() {
      const { org, ...admin } = await newAdmin();
      await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'Old')] });
      const ada = await person(server, { sub: 'ada', org, teams: ['New'] });
      const ids = [await createWorkspace(server, admin), await createWorkspace(server, admin)].sort();
      const merge = () => sync(admin, { teams: [team('1', ['ada'], 'New')] });
      return { org, admin, ada, ids, merge };
    }

    async function withTwoConnections(work: (holder: pg.Client, watcher: pg.Client) => Promise<void>): Promise<void> {
      const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
      try {
        await work(holder, watcher);
      } finally {
        await Promise.all([holder.end(), watcher.end()]);
      }
    }

    const transferTo = (who: Person, workspaceId: string, ownerId: string, expectedVersion = 1) =>
      mutate<{ workspace: { owner: { id: string } } | null }>(server, who, {
        name: 'transferWorkspaceOwnership',
        input: { workspaceId, ownerId, expectedVersion },
        fields: 'workspace { owner { id } }',
      });

    async function teamId(org: string, name: string): Promise<string> {
      const found = (await kept(org)).teams.find((each) => each.name === name);
      return toGlobalId('Team', found?.id ?? '');
    }

    async function ownerOf(workspaceId: string): Promise<string | undefined> {
      const [row] = await server.database.rows<{ name: string }>({
        text: `SELECT t.name FROM workspaces w
          JOIN teams t ON t.organization_id = w.organization_id AND t.id = w.owner_team_id WHERE w.id = $1`,
        values: [uuidOf(workspaceId)],
      });
      return row?.name;
    }

    test.each(['lower', 'higher'])(
      'gives its workspaces away in the order in which a review locks them, if the %s id lies first',
      async (which) => {
        const { admin, ids, merge } = await twoTeams();
        const [low = '', high = ''] = ids;
        const keys = await Promise.all(ids.map((workspaceId) => createKey(server, admin, { workspaceId })));
        const [first, last] = which === 'lower' ? [low, high] : [high, low];
        await giveToTeam(server, [first], 'New');
        // Written again until it lies where a walk through the table meets it last.
        await eventually(async () => {
          await giveToTeam(server, [last], 'New');
          const rows = await server.database.rows<{ id: string }>({
            text: 'SELECT id FROM workspaces WHERE id = ANY ($1::uuid[]) ORDER BY ctid',
            values: [ids.map(uuidOf)],
          });
          expect(rows.map(({ id }) => id)).toEqual([first, last].map(uuidOf));
        });
        await withTwoConnections(async (holder, watcher) => {
          await holder.query('BEGIN');
          await holder.query(await lockOf(server, high));
          const merging = merge();
          await untilWaiting(watcher, 1);
          const reviewing = mutate(server, admin, {
            name: 'reviewVirtualKeys',
            input: { decisions: keys.map(({ id }) => ({ virtualKeyId: id, decision: 'KEEP' })) },
            fields: 'virtualKeys { id }',
          });
          await untilWaiting(watcher, 2);
          await holder.query('COMMIT');
          expect(await merging).toEqual(changed(0, 1));
          expect((await reviewing).userErrors).toEqual([]);
        });
        expect(await Promise.all(ids.map(ownerOf))).toEqual(['New', 'New']);
      },
    );

    test('takes along a workspace that it is being given', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      const newOwner = await teamId(org, 'New');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
        const transferring = transferTo(admin, id, newOwner);
        await untilWaiting(watcher, 1);
        const merging = merge();
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        const [transferred, merged] = await Promise.all([transferring, merging]);
        expect(transferred.userErrors).toEqual([]);
        expect(merged).toEqual(changed(0, 1));
      });
      expect(await ownerOf(id)).toBe('New');
      expect(await teamId(org, 'New')).not.toBe(newOwner);
    });

    test('is no owner to choose any more for who comes meanwhile', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      const newOwner = await teamId(org, 'New');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
        const merging = merge();
        await untilWaiting(watcher, 1);
        const transferring = transferTo(admin, id, newOwner);
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        expect(await merging).toEqual(changed(0, 1));
        expect((await transferring).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'ownerId'] }]);
      });
    });

    test('and a change of its workspace that has begun do not wait for each other for ever', async () => {
      const { admin, ada, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      await giveToTeam(server, [id], 'New');
      await setRole(server, [id], ada, 'MEMBER');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE members IN SHARE MODE');
        const changing = mutate(server, admin, {
          name: 'updateWorkspaceSettings',
          input: { workspaceId: id, expectedVersion: 1, memberIds: [] },
          fields: 'workspace { id }',
        });
        await untilWaiting(watcher, 1);
        const merging = merge();
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        const [done, merged] = await Promise.all([changing, merging]);
        expect(done.userErrors).toEqual([]);
        expect(merged).toEqual(changed(0, 1));
      });
      expect(await ownerOf(id)).toBe('New');
    });

    test('and a transfer of its workspace to the other one do not wait for each other for ever', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      await giveToTeam(server, [id], 'New');
      const old = await teamId(org, 'Old');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN');
        await holder.query(await lockOf(server, id));
        const merging = merge();
        await untilWaiting(watcher, 1);
        const transferring = transferTo(admin, id, old);
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        expect(await merging).toEqual(changed(0, 1));
        expect((await transferring).userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }]);
      });
      expect(await ownerOf(id)).toBe('New');
    });
  });

  test('a sign-in that names the same new team waits for the sync, and neither fails', async () => {
    const { org, ...admin } = await newAdmin();
    const ada = await person(server, { sub: 'ada', org });
    const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await holder.query('BEGIN');
    await holder.query(await lockOf(server, ada.id));
    const syncing = sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'New')] });
    await untilWaiting(watcher, 1);
    const signingIn = signIn({ sub: 'bob', org, teams: ['New'] });
    expect(await Promise.race([signingIn, delay(300, 'waits')])).toBe('waits');
    await holder.query('COMMIT');
    await Promise.all([holder.end(), watcher.end()]);
    expect(await syncing).toEqual(changed(1, 1));
    expect((await signingIn).teams).toEqual(['New']);
    expect(await teamsOf(org)).toEqual({ New: ['ada', 'bob'] });
  });

  test('a person who signs in first while the directory makes them is made once', async () => {
    const { org, ...admin } = await newAdmin();
    const subjects = Array.from({ length: 60 }, (_, index) => `new ${index}`);
    const [synced, ...statuses] = await Promise.all([
      sync(admin, { users: subjects.map((subject) => user(subject)), teams: [team('1', subjects, 'Core')] }),
      ...subjects.map(async (sub) => statusOf({ token: await signToken({ sub, org, teams: ['Core'] }) })),
    ]);
    expect(synced.userErrors).toEqual([]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { users, teams } = await kept(org);
    expect([users.length, teams.length]).toEqual([60, 1]);
    expect(users.every(({ email }) => email.endsWith('@example.com'))).toBe(true);
  });
});
