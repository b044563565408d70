import { beforeAll, describe, expect, test } from '@jest/globals';
import { auditEvents, mutate, run, workspaceInput } from '../testing/fixtures.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

let ada: Person;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});

interface Answer {
  readonly workspace: { readonly id: string; readonly version: number; readonly timeZone: string } | null;
}

const fields = 'workspace { id version timeZone }';

const create = (input: object = {}) =>
  mutate<Answer>(server, ada, { name: 'createWorkspace', input: { ...workspaceInput(), ...input }, fields });

const update = (input: object) => mutate<Answer>(server, ada, { name: 'updateWorkspaceSettings', input, fields });

test('a workspace is in UTC until it is given a time zone, and the audit log tells of the change', async () => {
  const { workspace } = await create();
  expect(workspace).toMatchObject({ timeZone: 'UTC' });
  const workspaceId = workspace?.id ?? '';
  const changed = await update({ workspaceId, expectedVersion: 1, timeZone: 'Africa/Kigali' });
  expect(changed.workspace).toEqual({ id: workspaceId, version: 2, timeZone: 'Africa/Kigali' });
  const again = await update({ workspaceId, expectedVersion: 2, timeZone: 'africa/KIGALI' });
  expect(again.workspace).toEqual(changed.workspace);
  const [created, updated, ...others] = await auditEvents(server, workspaceId);
  expect(created?.changes).toContainEqual({ field: 'timeZone', before: null, after: 'UTC' });
  expect(updated?.changes).toEqual([{ field: 'timeZone', before: 'UTC', after: 'Africa/Kigali' }]);
  expect(others).toEqual([]);
});

describe('a time zone is kept as it is written in the IANA database', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/ARGENTINA/BUENOS_AIRES', 'America/Argentina/Buenos_Aires'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    // A link stays the link that it is.
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['etc/gmt+3', 'Etc/GMT+3'],
    ['utc', 'UTC'],
  ])('%s as %s', async (timeZone, kept) => {
    expect((await create({ timeZone })).workspace?.timeZone).toBe(kept);
  });
});

describe('INVALID is', () => {
  const refused = [
    '',
    ' ',
    'Mars/Phobos',
    // Known to PostgreSQL as offsets, abbreviations, rules and files, and to some versions of Intl.
    '+02:00',
    '-0300',
    'UTC+2',
    '<+03>-3',
    'EST5EDT4,M3.2.0,M11.1.0',
    'PDT',
    'posix/Europe/Berlin',
    'posixrules',
    'localtime',
    // Only one of the two knows it.
    'Factory',
    'Europe/Berlin ',
    'Europe/../Europe/Berlin',
    'Europe/Berlin\0',
    `Europe/${'x'.repeat(100_000)}`,
  ];

  test.each(refused.map((timeZone) => [timeZone.slice(0, 40), timeZone]))('%j', async (_name, timeZone) => {
    const error = { code: 'INVALID', message: expect.any(String), field: ['input', 'timeZone'] };
    expect(await create({ timeZone })).toEqual({ workspace: null, userErrors: [error] });
  });

  test('what no time zone is for a workspace that there is, and nothing else of the change is done', async () => {
    const workspaceId = (await create()).workspace?.id ?? '';
    const input = { workspaceId, expectedVersion: 1, environment: 'PRODUCTION' };
    const codes = async (timeZone: string | null) =>
      (await update({ ...input, timeZone })).userErrors.map(({ code, field }) => [code, field?.join('.')]);
    expect(await codes('Europe/Atlantis')).toEqual([['INVALID', 'input.timeZone']]);
    expect(await codes(null)).toEqual([['REQUIRED', 'input.timeZone']]);
    const query = 'query ($id: ID!) { workspace(id: $id) { version environment timeZone } }';
    const workspace = { version: 1, environment: 'SANDBOX', timeZone: 'UTC' };
    expect(await run(server, ada, query, { id: workspaceId })).toEqual({ workspace });
  });
});
