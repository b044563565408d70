import { commandOf, createOf, withNeeded } from './commands.js';
import { createWorkspace, mutate, newService } from './fixtures.js';
import { type Ids, idOf, nodeTypes, toGlobalId } from './ids.js';
import { recordLogs } from './logs.js';
import { insertKeys, organizationIdOf, setLastUse, setRoles, uuidOf } from './rows.js';
import { newOrganization, type Person, person, type TestServer } from './test-server.js';

/** What somebody can be to a workspace and what is in it: people first, then services by their scope. */
export const parts = [
  'foreignAdmin',
  'foreignService',
  'stranger',
  'viewer',
  'member',
  'admin',
  'owner',
  'organizationAdmin',
  'reader',
  'writer',
  'directory',
  'directoryReader',
  'gateway',
] as const;
export type Part = (typeof parts)[number];

/** The scopes of the services among them. */
export const scopesOf = {
  foreignService: ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_READ', 'DIRECTORY_WRITE', 'GATEWAY'],
  reader: ['WORKSPACES_READ'],
  writer: ['WORKSPACES_WRITE'],
  directory: ['DIRECTORY_WRITE'],
  directoryReader: ['DIRECTORY_READ'],
  gateway: ['GATEWAY'],
} as const satisfies Partial<Record<Part, readonly string[]>>;

/** Who sends an operation, as the audit log names them. */
export interface Player extends Person {
  readonly kind: 'USER' | 'SERVICE';
  readonly name: string;
}

/** The people and services of one organization. */
export interface Company {
  /** As its tokens name it, and its UUID. */
  readonly organization: string;
  readonly organizationId: string;
  readonly people: Readonly<Record<'stranger' | 'viewer' | 'member' | 'admin' | 'owner' | 'organizationAdmin', Player>>;
  readonly services: Readonly<
    Record<'reader' | 'writer' | 'directory' | 'directoryReader' | 'gateway' | 'everything', Player>
  >;
  /** Members of the team of everybody but the stranger: one in each workspace, the other in none. */
  readonly colleague: Player;
  readonly newcomer: Player;
  /** Sees only what belongs to a team of theirs, which is nothing until it is given something. */
  readonly teammate: Player;
  readonly owningTeam: string;
}

/** An organization with somebody for every part; the stranger has a team of their own, the others share another. */
export async function newCompany(server: TestServer): Promise<Company> {
  const org = newOrganization();
  const hire = async (name: string, claims: object = {}): Promise<Player> => ({
    ...(await person(server, { sub: name, org, name, teams: ['core'], ...claims })),
    kind: 'USER',
    name,
  });
  const organizationAdmin = await hire('organizationAdmin', { org_role: 'admin' });
  const serve = async (part: keyof typeof scopesOf): Promise<Player> => ({
    ...(await newService(server, organizationAdmin, scopesOf[part])),
    kind: 'SERVICE',
    name: scopesOf[part].join(' '),
  });
  const company = {
    people: {
      stranger: await hire('stranger', { teams: ['elsewhere'] }),
      viewer: await hire('viewer'),
      member: await hire('member'),
      admin: await hire('admin'),
      owner: await hire('owner'),
      organizationAdmin,
    },
    services: {
      reader: await serve('reader'),
      writer: await serve('writer'),
      directory: await serve('directory'),
      directoryReader: await serve('directoryReader'),
      gateway: await serve('gateway'),
      everything: await serve('foreignService'),
    },
    colleague: await hire('colleague'),
    newcomer: await hire('newcomer'),
    teammate: await hire('teammate', { teams: ['core', 'owners'] }),
    owningTeam: 'owners',
  };
  // So that no request writes when it came, and a test can say that nothing has changed.
  const services = Object.values(company.services).map(({ id }) => id);
  await setLastUse(server, services, `now() + interval '1 day'`);
  return { organization: org, organizationId: await organizationIdOf(server, org), ...company };
}

/** Everybody who can come to an object of the first company; the foreigners are of the second. */
export function castOf({ people, services }: Company, theirs: Company): Readonly<Record<Part, Player>> {
  const { reader, writer, directory, directoryReader, gateway } = services;
  const foreigners = { foreignAdmin: theirs.people.organizationAdmin, foreignService: theirs.services.everything };
  return { ...foreigners, ...people, reader, writer, directory, directoryReader, gateway };
}

export interface Scene {
  /**
   * A workspace that nobody has touched since it was made, with a member for each role; the colleague's membership, the
   * owner's key, the newcomer, the team of all of them, and the event of the workspace's creation. Of any other type that
   * is wanted what its create makes, by its row in `commands.ts`.
   */
  readonly ids: Ids;
  /** Keys in the workspace by who has created them. */
  readonly ownKeys: Readonly<Partial<Record<Part, string>>>;
}

type WorkspaceOptions = Parameters<typeof createWorkspace>[2];

/** A scene with objects of these types, where nothing else is said of every type. */
export async function newScene(
  server: TestServer,
  company: Company,
  workspace: WorkspaceOptions = {},
  types: readonly string[] = nodeTypes,
): Promise<Scene> {
  const { people, colleague, newcomer } = company;
  const { owner, viewer, member, admin } = people;
  const workspaceId = await createWorkspace(server, owner, workspace);
  await setRoles(
    server,
    [workspaceId],
    [
      [viewer, 'VIEWER'],
      [member, 'MEMBER'],
      [admin, 'ADMIN'],
      [colleague, 'MEMBER'],
    ],
  );
  const creators = Object.entries(people);
  const keys = await insertKeys(
    server,
    workspaceId,
    creators.map(([name, createdBy]) => ({ name, createdBy })),
  );
  const ownKeys: Scene['ownKeys'] = Object.fromEntries(creators.map(([name], index) => [name, keys[index]]));
  const objects = { workspaceId, keyId: ownKeys.owner ?? '', user: newcomer, memberUser: colleague };
  return { ids: await idsOf(server, company, objects, types), ownKeys };
}

/** A workspace of the stranger alone, whom nobody but organization admins and services knows of. */
export async function newSceneElsewhere(
  server: TestServer,
  company: Company,
  workspace: WorkspaceOptions = {},
): Promise<Scene> {
  const { stranger } = company.people;
  const workspaceId = await createWorkspace(server, stranger, workspace);
  const [keyId = ''] = await insertKeys(server, workspaceId, [{ name: 'stranger', createdBy: stranger }]);
  const objects = { workspaceId, keyId, user: stranger, memberUser: stranger };
  return { ids: await idsOf(server, company, objects, nodeTypes), ownKeys: { stranger: keyId } };
}

interface SceneObjects {
  readonly workspaceId: string;
  readonly keyId: string;
  readonly user: Player;
  /** Whose membership it is. */
  readonly memberUser: Player;
}

async function idsOf(
  server: TestServer,
  { organizationId, people }: Company,
  objects: SceneObjects,
  types: readonly string[],
): Promise<Ids> {
  const { workspaceId, keyId, user, memberUser } = objects;
  const [row] = await server.database.rows<{ member: string; event: string; team: string }>({
    text: `SELECT m.id AS member, e.id AS event, tm.team_id AS team
      FROM members m
      JOIN audit_events e ON e.organization_id = $1 AND e.workspace_id = $2 AND e.action = 'workspace.created'
      JOIN team_memberships tm ON tm.organization_id = $1 AND tm.user_id = $4
      WHERE m.organization_id = $1 AND m.workspace_id = $2 AND m.user_id = $3`,
    values: [organizationId, ...[workspaceId, memberUser.id, user.id].map(uuidOf)],
  });
  if (row === undefined) throw new Error('The scene is incomplete.');
  const ids: Ids = {
    Workspace: workspaceId,
    Member: toGlobalId('Member', row.member),
    VirtualKey: keyId,
    User: user.id,
    Team: toGlobalId('Team', row.team),
    AuditEvent: toGlobalId('AuditEvent', row.event),
  };
  return addOthers(server, people.organizationAdmin, ids, types);
}

/** With an object of each of the types that is not there yet, and what those need. */
async function addOthers(server: TestServer, admin: Player, ids: Ids, types: readonly string[]): Promise<Ids> {
  const wanted = withNeeded(types);
  let all = ids;
  for (const type of nodeTypes) {
    if (!wanted.has(type) || type in all) continue;
    const made = type === 'RequestLog' ? recordLog(server, all) : create(server, admin, type, all);
    all = { ...all, [type]: await made };
  }
  return all;
}

/** A request with the scene's key, as `insertKeys` makes it. */
async function recordLog(server: TestServer, ids: Ids): Promise<string> {
  const [llmConfigurationId, guardrail] = [idOf(ids, 'LlmConfiguration'), idOf(ids, 'Guardrail')];
  const key = { id: ids.VirtualKey, secret: uuidOf(ids.VirtualKey) };
  const [id = ''] = await recordLogs(server, key, [{ llmConfigurationId, guardrailIds: [guardrail], cost: '0' }]);
  return id;
}

/** Creates an object of the type, or sets it, by its row in `commands.ts`. @returns its global id. */
export async function create(server: TestServer, who: Player, type: string, ids: Ids): Promise<string> {
  const name = createOf(type);
  const command = commandOf(name);
  const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const payload = await mutate<Record<string, { id: string } | null>>(server, who, {
    name,
    input: (command.creates ?? command.input)(ids),
    fields: `${field} { id }`,
  });
  const created = payload[field];
  if (created == null) throw new Error(`${name} was refused: ${JSON.stringify(payload.userErrors)}`);
  return created.id;
}
