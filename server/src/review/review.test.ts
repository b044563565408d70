import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import { setRole } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Reviewed {
  readonly status: string;
  readonly version: number;
  readonly updatedAt: string;
  readonly review: {
    readonly reason: string;
    readonly requestedBy: { readonly id: string } | null;
    readonly requestedAt: string;
    readonly dueAt: string | null;
  } | null;
}

const fields = 'status version updatedAt review { reason requestedBy { id } requestedAt dueAt }';

function request(who: Person, workspaceId: string, input: { reason?: string; dueAt?: string | null } = {}) {
  return mutate<{ workspace: Reviewed | null }>(server, who, {
    name: 'requestWorkspaceReview',
    input: { workspaceId, reason: 'Yearly look', ...input },
    fields: `workspace { ${fields} }`,
  });
}

function complete(who: Person, workspaceId: string, input: { note?: string | null } = {}) {
  return mutate<{ workspace: Reviewed | null }>(server, who, {
    name: 'completeWorkspaceReview',
    input: { workspaceId, ...input },
    fields: `workspace { ${fields} }`,
  });
}

async function read(who: Person, id: string): Promise<Reviewed | null> {
  const query = `query ($id: ID!) { workspace(id: $id) { ${fields} } }`;
  return (await run<{ workspace: Reviewed | null }>(server, who, query, { id })).workspace;
}

const hour = 3_600_000;
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

async function owned() {
  const org = newOrganization();
  const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
  return { org, ada, id: await createWorkspace(server, ada, { name: 'Checkout' }) };
}

describe('requestWorkspaceReview', () => {
  test('opens a review that everybody who sees the workspace can read, and leaves settings and version alone', async () => {
    const { org, ada, id } = await owned();
    const viewer = await person(server, { sub: 'viewer', org });
    await setRole(server, [id], viewer, 'VIEWER');
    const before = await read(ada, id);
    const dueAt = fromNow(hour);
    const { workspace, userErrors } = await request(ada, id, { reason: '  Who pays\nfor this?\t', dueAt });
    expect(userErrors).toEqual([]);
    expect(workspace).toEqual({
      status: 'REVIEW',
      version: 1,
      updatedAt: before?.updatedAt,
      review: {
        reason: 'Who pays\nfor this?',
        requestedBy: { id: ada.id },
        requestedAt: expect.stringMatching(/Z$/),
        dueAt,
      },
    });
    expect(await read(viewer, id)).toEqual(workspace);
  });

  test('is asked for by nobody in person where a service does it', async () => {
    const { org, id } = await owned();
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    expect(await request(service, id)).toMatchObject({ workspace: { review: { requestedBy: null } }, userErrors: [] });
    expect((await complete(service, id)).userErrors).toEqual([]);
  });

  test('is refused while another is open', async () => {
    const { ada, id } = await owned();
    await request(ada, id, { reason: 'First' });
    expect(await request(ada, id, { reason: 'Second' })).toEqual({
      workspace: null,
      userErrors: [
        { code: 'INVALID', message: 'The workspace is under review already.', field: ['input', 'workspaceId'] },
      ],
    });
    expect((await read(ada, id))?.review?.reason).toBe('First');
  });

  test.each([
    ['an empty reason', { reason: '' }, 'reason'],
    ['a reason of blanks', { reason: ' \n\t ' }, 'reason'],
    ['a reason of 1,001 characters', { reason: 'x'.repeat(1_001) }, 'reason'],
    ['a reason with a control character', { reason: 'bell\u0007' }, 'reason'],
    ['a reason with NUL', { reason: 'nul\u0000' }, 'reason'],
    ['a reason with half a character', { reason: 'half\ud83d' }, 'reason'],
    ['a date in the past', { dueAt: '2020-01-01T00:00:00Z' }, 'dueAt'],
  ])('refuses %s', async (_case, input, field) => {
    const { ada, id } = await owned();
    expect(await request(ada, id, input)).toMatchObject({
      workspace: null,
      userErrors: [{ code: 'INVALID', field: ['input', field] }],
    });
    expect((await read(ada, id))?.status).toBe('ACTIVE');
  });

  test('takes a thousand characters outside of the first plane, and no date', async () => {
    const { ada, id } = await owned();
    const reason = '🧾'.repeat(1_000);
    expect(await request(ada, id, { reason, dueAt: null })).toMatchObject({
      workspace: { review: { reason, dueAt: null } },
      userErrors: [],
    });
  });
});

describe('completeWorkspaceReview', () => {
  test('closes the review and leaves the version', async () => {
    const { ada, id } = await owned();
    const before = await read(ada, id);
    await request(ada, id, { dueAt: fromNow(hour) });
    expect(await complete(ada, id, { note: 'All in order' })).toEqual({ workspace: before, userErrors: [] });
    expect((await request(ada, id)).userErrors).toEqual([]);
  });

  test('is refused where none is open', async () => {
    const { ada, id } = await owned();
    const refused = {
      workspace: null,
      userErrors: [{ code: 'INVALID', message: 'The workspace is not under review.', field: ['input', 'workspaceId'] }],
    };
    expect(await complete(ada, id)).toEqual(refused);
    await request(ada, id);
    await complete(ada, id);
    expect(await complete(ada, id)).toEqual(refused);
  });

  test('refuses a note that is no text, and takes none', async () => {
    const { ada, id } = await owned();
    await request(ada, id);
    for (const note of ['', ' ', 'x'.repeat(1_001), 'nul\u0000']) {
      expect((await complete(ada, id, { note })).userErrors).toMatchObject([
        { code: 'INVALID', field: ['input', 'note'] },
      ]);
    }
    expect((await complete(ada, id, { note: null })).userErrors).toEqual([]);
  });
});

test('reviews are audited with reason, date and note', async () => {
  const { ada, id } = await owned();
  const dueAt = fromNow(hour);
  await request(ada, id, { reason: 'Why', dueAt });
  await complete(ada, id, { note: ' Because ' });
  expect((await auditEvents(server, id)).slice(1)).toMatchObject([
    {
      action: 'workspace.review_requested',
      targetId: id,
      changes: [
        { field: 'status', before: 'ACTIVE', after: 'REVIEW' },
        { field: 'reviewReason', before: null, after: 'Why' },
        { field: 'reviewDueAt', before: null, after: dueAt },
      ],
    },
    {
      action: 'workspace.review_completed',
      targetId: id,
      changes: [
        { field: 'status', before: 'REVIEW', after: 'ACTIVE' },
        { field: 'reviewReason', before: 'Why', after: null },
        { field: 'reviewDueAt', before: dueAt, after: null },
        { field: 'note', before: null, after: 'Because' },
      ],
    },
  ]);
});

test('of twenty requests at once one opens the review, and of twenty completions one closes it', async () => {
  const { ada, id } = await owned();
  for (const send of [request, complete]) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(ada, id)));
    expect(answers.filter(({ workspace }) => workspace !== null)).toHaveLength(1);
  }
  expect(await auditEvents(server, id)).toHaveLength(3);
});

test('the reviews of a page and who asked for them cost one statement more, however many', async () => {
  const { ada } = await owned();
  const ids = await Promise.all(Array.from({ length: 9 }, () => createWorkspace(server, ada)));
  await Promise.all(ids.map((workspaceId) => request(ada, workspaceId)));
  const query = `query ($first: Int) { workspaces(first: $first, filter: { statuses: [REVIEW] }) {
    nodes { name review { reason requestedBy { name } } }
  } }`;
  for (const first of [2, 9]) {
    const { statements } = await recordStatements(() => run(server, ada, query, { first }));
    expect(statements).toHaveLength(2);
  }
});
