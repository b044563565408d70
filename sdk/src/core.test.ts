import { expect, test } from '@jest/globals';
import {
  iterate,
  mutate,
  SelectWorkspaceDocument,
  TokenVueCore,
  WorkspaceDocument,
  WorkspacesDocument,
} from './core.js';
import { fakePage, fakeServer, fakeWorkspace } from './fake-server.js';
import { NotFoundError } from './index.js';
import { rejection } from './testing/fake-fetch.js';

function coreOf(answers: Parameters<typeof fakeServer>[0]) {
  const { fetch } = fakeServer(answers);
  return new TokenVueCore({ endpoint: 'https://tokenvue.test/graphql', token: 'test', fetch });
}

test('an operation runs on the core alone, with the types of its variables and its result', async () => {
  const core = coreOf({ Workspaces: () => ({ workspaces: fakePage([fakeWorkspace({ name: 'Billing' })]) }) });
  const { workspaces } = await core.request(WorkspacesDocument, { first: 5 });
  const name: string | undefined = workspaces?.nodes[0]?.name;
  expect(name).toBe('Billing');
  const wrong = [
    // @ts-expect-error the variable is missing
    () => core.request(WorkspaceDocument),
  ];
  expect(wrong).toHaveLength(1);
});

test('a mutation on the core throws what the client throws', async () => {
  const userErrors = [{ code: 'NOT_FOUND', message: 'No.', field: null }];
  const core = coreOf({
    SelectWorkspace: ({ input }) => {
      const workspace = input.workspaceId === 'ws_01' ? fakeWorkspace() : null;
      return { selectWorkspace: { workspace, previousWorkspace: null, userErrors: workspace ? [] : userErrors } };
    },
  });
  const selected = await mutate(core, SelectWorkspaceDocument, { workspaceId: 'ws_01' }, { isRepeatable: true });
  expect(selected.workspace?.id).toBe('ws_01');
  expect(await rejection(mutate(core, SelectWorkspaceDocument, { workspaceId: 'x' }))).toBeInstanceOf(NotFoundError);
});

test('a list on the core is iterated under its variables', async () => {
  const core = coreOf({
    Workspaces: ({ after, filter }) => ({
      workspaces: after
        ? fakePage([fakeWorkspace({ name: 'B' })])
        : fakePage([fakeWorkspace({ name: `${filter?.search}` })], { hasNextPage: true, endCursor: 'a' }),
    }),
  });
  const items = await iterate(core, WorkspacesDocument, { filter: { search: 'A' } }).toArray();
  expect(items.map(({ name }) => name)).toEqual(['A', 'B']);
});
