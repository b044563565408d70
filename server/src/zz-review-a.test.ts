import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createKey, createWorkspace, giveToTeam, mutate, run, setRole, uuidOf, deleteMembership, insertKeys, idOfNothing, newService } from './testing/fixtures.js';
import { newOrganization, person, signToken, startTestServer, type TestServer } from './testing/test-server.js';
import { connect, untilWaiting } from './testing/waiting.js';
import { recordStatements } from './testing/statements.js';
import { toGlobalId } from './graphql/ids.js';

let server: TestServer;
beforeAll(async () => { server = await startTestServer(); });
afterAll(() => server.close());
const sync = (who: any, input: any) => mutate<any>(server, who, { name: 'syncTeamAccess', input, fields: 'usersChanged teamsChanged' });
const raw = (who: any, name: string, input: any, fields: string) => { const t = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return server.request<any>({ token: who.token, query: `mutation($input:${t}!){${name}(input:$input){${fields} userErrors{code message field}}}`, variables: { input } }); };

test('deadlock: merger sync vs review', async () => {
  const org = newOrganization();
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin', teams: ['tok'] });
  const w1 = await createWorkspace(server, admin, { name: 'zzz' });
  const w2 = await createWorkspace(server, admin, { name: 'aaa' });
  const [k1] = await insertKeys(server, w1, [{ name: 'k1', createdBy: admin }]);
  const [k2] = await insertKeys(server, w2, [{ name: 'k2', createdBy: admin }]);
  await sync(admin, { users: [], teams: [{ externalId: 'e1', name: 'dir', subjects: ['admin'] }] });
  await giveToTeam(server, [w2], 'tok'); await giveToTeam(server, [w1], 'tok');
  await server.database.rows({ text: 'UPDATE workspaces SET updated_at = now() WHERE id=$1', values: [uuidOf(w1)] });
  const holder = await connect(server.databaseUrl), obs = await connect(server.databaseUrl);
  await holder.query('BEGIN'); await holder.query('SELECT FROM workspaces WHERE id=$1 FOR UPDATE', [uuidOf(w1)]);
  const review = raw(admin, 'reviewVirtualKeys', { decisions: [{ virtualKeyId: k1, decision: 'KEEP' }, { virtualKeyId: k2, decision: 'KEEP' }] }, 'virtualKeys{id}');
  await untilWaiting(obs, 1);
  const s = raw(admin, 'syncTeamAccess', { users: [], teams: [{ externalId: 'e1', name: 'tok', subjects: ['admin'] }] }, 'teamsChanged');
  await untilWaiting(obs, 2);
  await holder.query('COMMIT');
  const [a, b] = await Promise.all([review, s]);
  console.log('DEADLOCK1', JSON.stringify([a.data, a.errors, b.data, b.errors]), server.logLines.filter((l) => l.includes('deadlock')).length);
  await holder.end(); await obs.end();
});

test('deadlock: archive vs sync on active_workspaces', async () => {
  const org = newOrganization();
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
  const a = await person(server, { sub: 'a', org, teams: ['dir'] });
  const b = await person(server, { sub: 'b', org, teams: ['dir'] });
  await sync(admin, { users: [], teams: [{ externalId: 'e1', name: 'dir', subjects: ['a', 'b'] }] });
  const w = await createWorkspace(server, admin, {});
  await giveToTeam(server, [w], 'dir');
  for (const p of [b, a]) console.log(JSON.stringify(await raw(p, 'selectWorkspace', { workspaceId: w }, 'workspace{id}')).slice(0, 200));
  const holder = await connect(server.databaseUrl), obs = await connect(server.databaseUrl);
  for (const first of [b, a]) {
    const { data } = await server.request<any>({ token: admin.token, query: 'query($id:ID!){workspace(id:$id){version archivedAt}}', variables: { id: w } });
    if (data.workspace.archivedAt) { await raw(admin, 'restoreWorkspace', { workspaceId: w }, 'workspace{id}'); }
    await sync(admin, { users: [], teams: [{ externalId: 'e1', name: 'dir', subjects: ['a', 'b'] }] });
    for (const p of [b, a]) await raw(p, 'selectWorkspace', { workspaceId: w }, 'workspace{id}');
    const v = (await server.request<any>({ token: admin.token, query: 'query($id:ID!){workspace(id:$id){version}}', variables: { id: w } })).data.workspace.version;
    await holder.query('BEGIN'); await holder.query('SELECT FROM active_workspaces WHERE user_id=$1 FOR UPDATE', [uuidOf(first.id)]);
    const ar = raw(admin, 'archiveWorkspace', { workspaceId: w, expectedVersion: v }, 'workspace{archivedAt}');
    await untilWaiting(obs, 1);
    const s = raw(admin, 'syncTeamAccess', { users: [], teams: [{ externalId: 'e1', name: 'dir', subjects: [] }] }, 'teamsChanged');
    await untilWaiting(obs, 2);
    await holder.query('COMMIT');
    const [x, y] = await Promise.all([ar, s]);
    console.log('DEADLOCK2', first === b ? 'b' : 'a', JSON.stringify([x.data, x.errors, y.data, y.errors]));
  }
  await holder.end(); await obs.end();
});

test('stale token after a sync without change', async () => {
  const org = newOrganization(); const now = Math.floor(Date.now() / 1000);
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin', teams: ['x'] });
  await person(server, { sub: 'u', org, name: 'U', email: 'u@x', org_role: 'member', teams: [], iat: now - 200 });
  const older = await signToken({ sub: 'u', org, name: 'U', email: 'u@x', org_role: 'admin', teams: ['x', 'secret'], iat: now - 100 });
  const r = await sync(admin, { users: [{ subject: 'u', name: 'U', email: 'u@x', role: 'MEMBER' }], teams: [{ externalId: 'x', name: 'x', subjects: ['admin'] }] });
  const { data } = await server.request<any>({ token: older, query: '{viewer{organizationRole teams{name}}}' });
  console.log('STALE', JSON.stringify(r), JSON.stringify(data));
});

test('write skew: active workspace comes back', async () => {
  const org = newOrganization();
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin', teams: ['t'] });
  const u = await person(server, { sub: 'u', org, teams: ['dir'] });
  await sync(admin, { users: [], teams: [{ externalId: 'e', name: 'dir', subjects: ['u'] }] });
  const w = await createWorkspace(server, admin, {});
  await giveToTeam(server, [w], 'dir'); await setRole(server, [w], u, 'MEMBER');
  await raw(u, 'selectWorkspace', { workspaceId: w }, 'workspace{id}');
  const v = (await server.request<any>({ token: admin.token, query: 'query($id:ID!){workspace(id:$id){version}}', variables: { id: w } })).data.workspace.version;
  const holder = await connect(server.databaseUrl), obs = await connect(server.databaseUrl);
  await holder.query('BEGIN'); await holder.query('LOCK TABLE audit_events IN SHARE MODE');
  const p1 = raw(admin, 'updateWorkspaceSettings', { workspaceId: w, expectedVersion: v, memberIds: [] }, 'workspace{id}');
  const p2 = raw(admin, 'syncTeamAccess', { users: [], teams: [{ externalId: 'e', name: 'dir', subjects: [] }] }, 'teamsChanged');
  await untilWaiting(obs, 2); await holder.query('COMMIT');
  console.log(JSON.stringify([(await p1).data, (await p2).data]));
  const q = '{viewer{activeWorkspace{id}} workspaces{totalCount}}';
  console.log('SKEW hidden', JSON.stringify((await server.request<any>({ token: u.token, query: q })).data));
  const rows = await server.database.rows({ text: 'SELECT count(*) FROM active_workspaces WHERE user_id=$1', values: [uuidOf(u.id)] });
  await raw(admin, 'updateWorkspaceSettings', { workspaceId: w, expectedVersion: v + 1, memberIds: [u.id] }, 'workspace{id}');
  console.log('SKEW back', JSON.stringify(rows), JSON.stringify((await server.request<any>({ token: u.token, query: q })).data));
  await holder.end(); await obs.end();
});

test('pool: sign-ins of org A behind a sync stall org B', async () => {
  const org = newOrganization(); const orgB = newOrganization();
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
  const other = await person(server, { sub: 'other', org: orgB });
  const [o] = await server.database.rows<any>({ text: 'SELECT organization_id AS id FROM users WHERE id=$1', values: [uuidOf(admin.id)] });
  const holder = await connect(server.databaseUrl), obs = await connect(server.databaseUrl);
  await holder.query('BEGIN'); await holder.query('SELECT pg_advisory_xact_lock(1, hashtext($1))', [o.id]);
  const tokens = await Promise.all(Array.from({ length: 12 }, (_, i) => signToken({ sub: `s${i}`, org })));
  const ps = tokens.map((token) => server.request<any>({ token, query: '{viewer{organizationRole}}' }));
  await delay(500);
  const t = Date.now();
  const b = server.request<any>({ token: other.token, query: '{viewer{organizationRole}}' }).then(() => Date.now() - t);
  const raced = await Promise.race([b, delay(3000).then(() => 'STALLED >3s')]);
  const ready = await Promise.race([fetch(server.endpoint.replace('/graphql', '/health/ready')).then((r) => r.status), delay(1500).then(() => 'ready STALLED')]);
  console.log('POOL', raced, ready);
  await holder.query('COMMIT'); await Promise.all([...ps, b]);
  await holder.end(); await obs.end();
});

test('merger vs transfer to the vanishing team', async () => {
  const org = newOrganization();
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin', teams: ['tok'] });
  await sync(admin, { users: [], teams: [{ externalId: 'e1', name: 'dir', subjects: ['admin'] }] });
  const w = await createWorkspace(server, admin, {});
  const [t] = await server.database.rows<any>({ text: `SELECT t.id FROM teams t JOIN team_memberships m ON m.team_id=t.id WHERE m.user_id=$1 AND t.name='tok'`, values: [uuidOf(admin.id)] });
  const holder = await connect(server.databaseUrl), obs = await connect(server.databaseUrl);
  await holder.query('BEGIN'); await holder.query('LOCK TABLE audit_events IN SHARE MODE');
  const p1 = raw(admin, 'transferWorkspaceOwnership', { workspaceId: w, expectedVersion: 1, ownerId: toGlobalId('Team', t.id) }, 'workspace{id}');
  await untilWaiting(obs, 1);
  const p2 = raw(admin, 'syncTeamAccess', { users: [], teams: [{ externalId: 'e1', name: 'tok', subjects: ['admin'] }] }, 'teamsChanged');
  await untilWaiting(obs, 2); await holder.query('COMMIT');
  const [x, y] = await Promise.all([p1, p2]);
  console.log('MERGEFK', JSON.stringify([x.data, x.errors, y.data, y.errors]));
  await holder.end(); await obs.end();
});

test('statement counts nothing vs invisible', async () => {
  const org = newOrganization();
  const o = await person(server, { sub: 'o', org }); const s = await person(server, { sub: 's', org });
  const w = await createWorkspace(server, o, {}); const [k = ''] = await insertKeys(server, w, [{ name: 'k', createdBy: o }]);
  const [m] = await server.database.rows<any>({ text: 'SELECT id FROM members WHERE workspace_id=$1', values: [uuidOf(w)] });
  const mem = toGlobalId('Member', m.id);
  const node = (id: string) => server.request<any>({ token: s.token, query: 'query($id:ID!){node(id:$id){id}}', variables: { id } });
  const n = async (f: () => Promise<any>) => { const r = await recordStatements(f); return r.statements.length; };
  for (const [what, id, type] of [['vk', k, 'VirtualKey'], ['mem', mem, 'Member'], ['ws', w, 'Workspace']] as const) console.log('COUNT node', what, await n(() => node(id)), await n(() => node(idOfNothing(type))));
  console.log('COUNT role', await n(() => raw(s, 'changeMemberRole', { memberId: mem, role: 'VIEWER' }, 'member{id}')), await n(() => raw(s, 'changeMemberRole', { memberId: idOfNothing('Member'), role: 'VIEWER' }, 'member{id}')));
  console.log('COUNT rot', await n(() => raw(s, 'rotateVirtualKey', { virtualKeyId: k }, 'virtualKey{id}')), await n(() => raw(s, 'rotateVirtualKey', { virtualKeyId: idOfNothing('VirtualKey') }, 'virtualKey{id}')));
});

test('audit of selected leaks the previous workspace', async () => {
  const org = newOrganization();
  const a = await person(server, { sub: 'a', org, teams: ['t'] }); const u = await person(server, { sub: 'u', org, teams: ['t'] });
  const secret = await createWorkspace(server, u, { name: 'secret' });
  const shared = await createWorkspace(server, a, { name: 'shared', memberIds: [u.id] });
  await raw(u, 'selectWorkspace', { workspaceId: shared }, 'workspace{id}');
  const { data } = await server.request<any>({ token: a.token, query: 'query($id:ID!){workspace(id:$id){auditLog(filter:{actions:["workspace.selected"]}){nodes{changes{field before after}}}}}', variables: { id: shared } });
  console.log('LEAK', secret, JSON.stringify(data));
});

test('many counts in one request', async () => {
  const org = newOrganization(); const a = await person(server, { sub: 'a', org, org_role: 'admin' });
  const q = `{${Array.from({ length: 1200 }, (_, i) => `a${i}:virtualKeys{totalCount}`).join(' ')}}`;
  const r = await recordStatements(() => server.request<any>({ token: a.token, query: q }));
  console.log('ALIASES', r.result.status, JSON.stringify(r.result.errors)?.slice(0, 200), r.statements.length);
});
test('review payload complexity', async () => {
  const org = newOrganization(); const a = await person(server, { sub: 'a', org });
  const w = await createWorkspace(server, a, {}); const ids = await insertKeys(server, w, Array.from({ length: 200 }, (_, i) => ({ name: `k${i}`, createdBy: a })));
  const t = await raw(a, 'reviewVirtualKeys', { decisions: ids.map((virtualKeyId) => ({ virtualKeyId, decision: 'KEEP' })) }, 'virtualKeys{workspace{virtualKeys(first:100){nodes{id name status maskedKey createdAt expiresAt version a:id b:id c:id d:id e:id f:id g:id h:id i:id j:id k:id l:id m:id n:id}}}}');
  console.log('COMPLEX', t.status, JSON.stringify(t.errors), JSON.stringify(t.data).length);
});
