import { beforeAll, describe, expect, test } from '@jest/globals';
import { createSchema } from '../schema.js';
import { attempt, newAttempt } from '../testing/attempts.js';
import { type Company, castOf, newCompany, type Player } from '../testing/cast.js';
import { commands, mutationsOf, resultFields } from '../testing/commands.js';
import { createWorkspace, mutate, run, workspaceInput } from '../testing/fixtures.js';
import { type Ids, nodeTypes } from '../testing/ids.js';
import { objectTypes, wholeSelection } from '../testing/schema-places.js';
import { server, useServer } from '../testing/use-server.js';
import { mutationOutcomes, people } from '../testing/who-may.js';

/** What can be read in the answer to a change. */

useServer();

const schema = await createSchema();
const mutations = Object.keys(commands);

function everythingOf(type: string): string {
  const found = objectTypes(schema).find(({ name }) => name === type);
  if (found === undefined) throw new Error(`There is no type ${type}.`);
  return wholeSelection(found);
}

/** An id for each type. */
const takes = nodeTypes.map((type) => `$${type}: ID!`).join(', ');

/**
 * Asks for everything that there is to see of a scene, whose ids are variables, so that the document is always the same;
 * lists, which have more than the scene in them, tell that they are of the same moment.
 */
const query = `
  viewer { user { id } organizationRole teams { id name } activeWorkspace { id isActive version } }
  workspaceSummary { ${everythingOf('WorkspaceSummary')} } activeWorkspace { id isActive }
  workspaces(first: 5) { totalCount nodes { id name status version updatedAt } }
  archived: workspaces(filter: { archived: true }) { totalCount nodes { id } }
  virtualKeys(first: 20) { totalCount nodes { id name status version } }
  assignableUsers(first: 20) { totalCount nodes { id name } }
  ${nodeTypes.map((type) => `${type}: node(id: $${type}) { ... on ${type} { ${everythingOf(type)} } }`).join('\n')}`;

function everything(who: Player, ids: Ids): Promise<object> {
  return run<object>(server, who, `query (${takes}) { ${query} }`, ids);
}

describe('the `query` of every payload', () => {
  test('is there', () => {
    for (const name of mutationsOf(schema)) {
      const type = schema.getMutationType()?.getFields()[name]?.type;
      const payload = objectTypes(schema).find((one) => String(type) === one.name);
      expect([name, String(payload?.getFields()['query']?.type)]).toEqual([name, 'Query!']);
    }
  });

  test.each(mutations)('answers as things are after %s', async (mutation) => {
    const { ids, input, who } = await newAttempt(server, mutation);
    const admin = who('organizationAdmin');
    const before = await everything(admin, ids);
    const asked = { query, takes, variables: ids };
    const { payload, errors } = await attempt({ server, schema }, admin, mutation, input, asked);
    expect([errors, payload?.userErrors]).toEqual([undefined, []]);
    expect(payload?.['query']).toEqual(await everything(admin, ids));
    // Most changes are seen in it, and what the payload shows itself is the same there.
    const results = resultFields(schema, mutation).flatMap((name) => payload?.[name] ?? []);
    if (results.length > 0 && !mutation.startsWith('create')) expect(payload?.['query']).not.toEqual(before);
  });

  test.each(mutations)('answers as things are, where %s is refused', async (mutation) => {
    const { ids, input, who } = await newAttempt(server, mutation);
    const outcomes = mutationOutcomes(mutation);
    const part = [...people, 'writer' as const].filter((one) => outcomes[one] === 'FORBIDDEN').at(-1) ?? 'writer';
    const before = await everything(who(part), ids);
    const asked = { query, takes, variables: ids };
    const { payload, errors } = await attempt({ server, schema }, who(part), mutation, input, asked);
    expect([errors, payload?.userErrors]).toEqual([undefined, [expect.objectContaining({ code: 'FORBIDDEN' })]]);
    expect(payload?.['query']).toEqual(before);
  });
});

describe('the `query` of a payload', () => {
  let company: Company;
  let owner: Player;
  beforeAll(async () => {
    company = await newCompany(server);
    ({ owner } = castOf(company, company));
  });

  interface After {
    readonly query: {
      readonly activeWorkspace: { readonly id: string; readonly isActive: boolean } | null;
      readonly workspaceSummary: { readonly totalWorkspaces: number; readonly totalMonthlyBudget: { amount: string } };
      readonly workspaces: { readonly totalCount: number; readonly nodes: readonly { readonly name: string }[] };
    };
    readonly workspace: { readonly id: string; readonly isActive: boolean } | null;
  }

  const after = `workspace { id isActive } query {
    activeWorkspace { id isActive } workspaceSummary { totalWorkspaces totalMonthlyBudget { amount } }
    workspaces { totalCount nodes { name } }
  }`;

  test('counts a new workspace in the summary, lists it, and has it as the active one where it is the first', async () => {
    const { colleague } = company;
    const input = workspaceInput({ name: 'First of all', monthlyBudget: '12.50' });
    const { workspace, query } = await mutate<After>(server, colleague, {
      name: 'createWorkspace',
      input,
      fields: after,
    });
    expect(workspace?.isActive).toBe(true);
    expect(query).toEqual({
      activeWorkspace: workspace,
      workspaceSummary: { totalWorkspaces: 1, totalMonthlyBudget: { amount: '12.50' } },
      workspaces: { totalCount: 1, nodes: [{ name: 'First of all' }] },
    });
  });

  test('has what was selected as the active workspace, and none once that is archived', async () => {
    const [one, two] = [await createWorkspace(server, owner), await createWorkspace(server, owner)];
    const select = { name: 'selectWorkspace', fields: after };
    for (const workspaceId of [two, one, two]) {
      const { query } = await mutate<After>(server, owner, { ...select, input: { workspaceId } });
      expect(query.activeWorkspace).toEqual({ id: workspaceId, isActive: true });
    }
    const input = { workspaceId: two, expectedVersion: 1 };
    const archived = await mutate<After>(server, owner, { name: 'archiveWorkspace', input, fields: after });
    expect(archived.query.activeWorkspace).toBeNull();
  });

  test('tells of the moment after its own change, where several follow each other in one request', async () => {
    const { newcomer } = company;
    await createWorkspace(server, newcomer, { name: 'Before' });
    const text = `mutation ($a: CreateWorkspaceInput!, $b: CreateWorkspaceInput!, $c: CreateWorkspaceInput!) {
      a: createWorkspace(input: $a) { query { workspaceSummary { totalWorkspaces } } }
      refused: createWorkspace(input: $b) { userErrors { code } query { workspaceSummary { totalWorkspaces } } }
      c: createWorkspace(input: $c) { query { workspaceSummary { totalWorkspaces } } }
    }`;
    const data = await run<Record<'a' | 'refused' | 'c', After & { userErrors?: { code: string }[] }>>(
      server,
      newcomer,
      text,
      { a: workspaceInput({ name: 'A' }), b: workspaceInput({ name: 'Before' }), c: workspaceInput({ name: 'C' }) },
    );
    expect(data.refused.userErrors).toEqual([{ code: 'TAKEN' }]);
    const counted = [data.a, data.refused, data.c].map(({ query }) => query.workspaceSummary.totalWorkspaces);
    expect(counted).toEqual([2, 2, 3]);
  });

  test('remembers nothing from before its own change, of objects and of lists', async () => {
    const { admin } = castOf(company, company);
    const id = await createWorkspace(server, admin);
    const after = 'query { node(id: $id) { ... on Workspace { region version members { totalCount nodes { id } } } } }';
    const text = `mutation ($id: ID!, $a: UpdateWorkspaceSettingsInput!, $b: UpdateWorkspaceSettingsInput!) {
      a: updateWorkspaceSettings(input: $a) { ${after} } b: updateWorkspaceSettings(input: $b) { ${after} }
    }`;
    const input = (expectedVersion: number, region: string, memberIds: string[]) => {
      return { workspaceId: id, expectedVersion, region, memberIds };
    };
    type Node = { region: string; version: number; members: { totalCount: number; nodes: object[] } };
    const data = await run<Record<'a' | 'b', { query: { node: Node } }>>(server, admin, text, {
      id,
      a: input(1, 'US', [company.colleague.id]),
      b: input(2, 'GLOBAL', [company.colleague.id, company.newcomer.id]),
    });
    const seen = [data.a, data.b].map(({ query: { node } }) => [
      node.region,
      node.version,
      node.members.totalCount,
      node.members.nodes.length,
    ]);
    expect(seen).toEqual([
      ['US', 2, 2, 2],
      ['GLOBAL', 3, 3, 3],
    ]);
  });

  test('shows nobody more than they may see', async () => {
    const { stranger } = castOf(company, company);
    const hidden = await createWorkspace(server, owner, { name: 'Hidden' });
    const text = `mutation ($input: SelectWorkspaceInput!, $id: ID!) {
      selectWorkspace(input: $input) { userErrors { code } query { node(id: $id) { id } workspaces { totalCount } } }
    }`;
    const data = await run<object>(server, stranger, text, { input: { workspaceId: hidden }, id: hidden });
    expect(data).toEqual({
      selectWorkspace: { userErrors: [{ code: 'NOT_FOUND' }], query: { node: null, workspaces: { totalCount: 0 } } },
    });
  });
});
