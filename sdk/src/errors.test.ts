import { expect, test } from '@jest/globals';
import { fakeWorkspace } from './fake-server.js';
import {
  ForbiddenError,
  IdempotencyKeyReusedError,
  InUseError,
  InvalidInputError,
  LimitReachedError,
  NotFoundError,
  RegionMismatchError,
  TakenError,
  TokenVueError,
  UserErrorsError,
  VersionConflictError,
} from './index.js';
import { clientAnswering, details, json, rejection, virtualKey } from './testing/fake-fetch.js';

const settings = {
  workspaceId: 'ws_01',
  expectedVersion: 3,
  region: 'EU',
} as const;

function refusedUpdate(userErrors: object[], conflictingWorkspace: object | null = null): Promise<unknown> {
  const data = {
    updateWorkspaceSettings: {
      workspace: null,
      conflictingWorkspace,
      userErrors,
    },
  };
  const { client } = clientAnswering(() => json({ data }, { headers: { 'x-request-id': 'req-7' } }));
  return rejection(client.workspaces.updateSettings(settings));
}

test.each([
  ['REQUIRED', InvalidInputError],
  ['INVALID', InvalidInputError],
  ['TAKEN', TakenError],
  ['NOT_FOUND', NotFoundError],
  ['FORBIDDEN', ForbiddenError],
  ['VERSION_CONFLICT', VersionConflictError],
  ['IDEMPOTENCY_KEY_REUSED', IdempotencyKeyReusedError],
  ['LIMIT_REACHED', LimitReachedError],
  ['REGION_MISMATCH', RegionMismatchError],
  ['IN_USE', InUseError],
])('%s is thrown as its class, with code, message, path, operation and request id', async (code, ErrorClass) => {
  const userError = {
    code,
    message: 'A plain sentence.',
    field: ['input', 'memberIds', '2'],
  };
  const error = await refusedUpdate([userError]);
  expect(error).toBeInstanceOf(ErrorClass);
  expect(error).toBeInstanceOf(UserErrorsError);
  expect(error).toBeInstanceOf(TokenVueError);
  expect(error).toMatchObject({
    name: ErrorClass.name,
    code,
    message: 'A plain sentence.',
    userErrors: [userError],
    operationName: 'UpdateWorkspaceSettings',
    requestId: 'req-7',
  });
});

test('several user errors come in one exception, of the class and code of the first', async () => {
  const userErrors = [
    {
      code: 'INVALID',
      message: 'The budget is negative.',
      field: ['input', 'monthlyBudget'],
    },
    {
      code: 'NOT_FOUND',
      message: 'No such person.',
      field: ['input', 'memberIds', '0'],
    },
  ];
  const error = await refusedUpdate(userErrors);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error).toMatchObject({
    code: 'INVALID',
    message: 'The budget is negative. No such person.',
    userErrors,
  });
});

test.each(['INVENTED_LATER', 'constructor'])('the unknown code %s is a plain UserErrorsError', async (code) => {
  const error = await refusedUpdate([{ code, message: 'Something new.', field: null }]);
  expect(error).toMatchObject({ name: 'UserErrorsError', code });
});

test('a version conflict carries the workspace as it is now', async () => {
  const conflict = {
    code: 'VERSION_CONFLICT',
    message: 'Changed meanwhile.',
    field: ['input', 'expectedVersion'],
  };
  const error = await refusedUpdate([conflict], details);
  expect(error).toBeInstanceOf(VersionConflictError);
  expect(error).toMatchObject({ workspace: details });
  expect(error).not.toHaveProperty('virtualKey');
  expect(await refusedUpdate([conflict], null)).toMatchObject({
    workspace: null,
  });
});

test('a version conflict over a virtual key carries the key as it is now', async () => {
  const userErrors = [{ code: 'VERSION_CONFLICT', message: 'Changed meanwhile.', field: ['input', 'expectedVersion'] }];
  const data = { updateVirtualKey: { virtualKey: null, conflictingVirtualKey: virtualKey, userErrors } };
  const { client } = clientAnswering(() => json({ data }));
  const error = await rejection(client.virtualKeys.update({ virtualKeyId: 'vk_01', expectedVersion: 1, name: 'App' }));
  if (!(error instanceof VersionConflictError)) throw error;
  expect(error.workspace).toBeUndefined();
  expect(error.virtualKey).toEqual(virtualKey);
});

test('a version conflict carries whatever its payload names, by its noun', async () => {
  const budgetPlan = { id: 'plan_01', version: 7 };
  const userErrors = [{ code: 'VERSION_CONFLICT', message: 'Changed meanwhile.', field: null }];
  const data = { updateBudgetPlan: { conflictingBudgetPlan: budgetPlan, conflictingMember: null, userErrors } };
  const { client } = clientAnswering(() => json({ data }));
  const error = await rejection(client.workspaces.updateSettings(settings));
  expect(error).toBeInstanceOf(VersionConflictError);
  expect(error).toMatchObject({ budgetPlan, member: null });
});

test("what a version conflict carries has the types of the operations' payloads", () => {
  const present = { workspace: fakeWorkspace({ version: 5 }) };
  const userError = { code: 'VERSION_CONFLICT', message: 'Changed meanwhile.', field: null } as const;
  const error = new VersionConflictError([userError], { conflicts: present });
  const version: number | undefined = error.workspace?.version;
  expect([version, error.virtualKey]).toEqual([5, undefined]);
  const wrong = [
    // @ts-expect-error no operation tells of such a noun
    () => error.budgetPlan,
    // @ts-expect-error the noun has another shape
    () => new VersionConflictError([userError], { conflicts: { workspace: { id: 1 } } }),
  ];
  expect(wrong).toHaveLength(2);
});

test('JSON.stringify tells what an error is: name, code and message, and what else is known of it', async () => {
  const error = await refusedUpdate([{ code: 'TAKEN', message: 'Taken.', field: ['input', 'name'] }]);
  expect(JSON.parse(JSON.stringify({ error }))).toEqual({
    error: {
      name: 'TakenError',
      code: 'TAKEN',
      message: 'Taken.',
      requestId: 'req-7',
      operationName: 'UpdateWorkspaceSettings',
      attempts: 1,
      retryable: false,
      userErrors: [{ code: 'TAKEN', message: 'Taken.', field: ['input', 'name'] }],
    },
  });
  const broken = clientAnswering(() => Promise.reject(new Error('reset')), { token: 'a'.repeat(40) }).client;
  const text = JSON.stringify(await rejection(broken.viewer()));
  expect(JSON.parse(text)).toMatchObject({ name: 'NetworkError', code: 'NETWORK_ERROR', message: expect.any(String) });
});
