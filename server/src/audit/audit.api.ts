import { describe, expect, test } from '@jest/globals';
import { createSchema } from '../schema.js';
import { type AnyPayload, attempt, newAttempt } from '../testing/attempts.js';
import type { Part, Player } from '../testing/cast.js';
import { commandOf, commands, eventsOf, mutationsOf, typesFor } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { breakAudit } from '../testing/fixtures.js';
import { uuidOf } from '../testing/rows.js';
import { server, useServer } from '../testing/use-server.js';
import { mutationOutcomes, type Outcome, people, permissionOf } from '../testing/who-may.js';

/** What every mutation leaves behind; its row in `testing/commands.ts` says what that is. */

useServer();

const schema = await createSchema();
const mutations = Object.keys(commands);

const services = ['directory', 'reader', 'writer'] as const satisfies readonly Part[];

function partsWith(mutation: string, outcome: Outcome, among: readonly Part[]): Part[] {
  const outcomes = mutationOutcomes(mutation);
  return among.filter((part) => outcomes[part] === outcome);
}

/** Who may just do it: the person with the least rights, and a service. */
function doersOf(mutation: string): Part[] {
  return [people, services].flatMap((among) => partsWith(mutation, 'done', among).slice(0, 1));
}

/** Who may just not do it: the person with the most rights, and a service. */
function refusedOf(mutation: string): Part[] {
  return [people, services].flatMap((among) => partsWith(mutation, 'FORBIDDEN', among).slice(-1));
}

const send = (who: Player, mutation: string, input: object, requestId = 'audit') =>
  attempt({ server, schema }, who, mutation, input, { requestId });

async function succeed(who: Player, mutation: string, input: object, requestId?: string): Promise<AnyPayload> {
  const { payload, errors } = await send(who, mutation, input, requestId);
  expect([payload?.userErrors, errors]).toEqual([[], undefined]);
  return payload as AnyPayload;
}

const columns = `e.organization_id AS "organizationId", e.workspace_id AS "workspaceId", e.action, e.actor_kind AS "actorKind",
  e.actor_id AS "actorId", e.actor_name AS "actorName", e.target_id AS "targetId", e.request_id AS "requestId", e.changes,
  e.occurred_at BETWEEN $2 AND now() AS "isOfNow"`;

interface Before {
  readonly ids: readonly string[];
  readonly now: Date;
}

/** The events of all organizations that there were not before, in the order in which they were written. */
function eventsSince({ ids, now }: Before): Promise<Record<string, unknown>[]> {
  return server.database.rows({
    text: `SELECT ${columns} FROM audit_events e WHERE e.id <> ALL ($1::uuid[]) ORDER BY e.id`,
    values: [ids, now],
  });
}

async function eventsBefore(): Promise<Before> {
  const [row] = await server.database.rows<Before>({
    text: `SELECT ARRAY(SELECT id FROM audit_events) AS ids, date_trunc('milliseconds', now()) AS now`,
    values: [],
  });
  if (row === undefined) throw new Error('There is no answer.');
  return row;
}

/** The log lines of a request that tell of a refusal. */
function refusalsOf(requestId: string): Record<string, unknown>[] {
  return server.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['requestId'] === requestId && line['msg'] === 'refused');
}

const everyDoer = mutations.flatMap((mutation) => doersOf(mutation).map((part) => [mutation, part] as const));
const everyRefused = mutations.flatMap((mutation) => refusedOf(mutation).map((part) => [mutation, part] as const));

describe('a mutation that changes something', () => {
  test('is known to this test, every one', () => {
    expect([...mutations].sort()).toEqual(mutationsOf(schema).sort());
  });

  test.each(everyDoer)(
    '%s by the %s writes who did what to what, in which request, and nothing else',
    async (mutation, part) => {
      const { company, ids, input, who } = await newAttempt(server, mutation);
      const before = await eventsBefore();
      const requestId = `${mutation}.${part}`;
      const payload = await succeed(who(part), mutation, input, requestId);
      const { kind, id, name } = who(part);
      const events = eventsOf(schema, mutation, { who: who(part), company, ids, input, payload });
      const expected = events.map(({ action, target, workspace, changes }) => ({
        organizationId: company.organizationId,
        workspaceId: workspace === null ? null : uuidOf(workspace),
        action,
        actorKind: kind,
        actorId: uuidOf(id),
        actorName: name,
        targetId: target,
        requestId,
        changes: changes.map(([field, was, is]) => ({ field, before: was, after: is })),
        isOfNow: true,
      }));
      expect(await eventsSince(before)).toEqual(expected);
    },
  );

  test.each(mutations)('%s is undone whole where its event can not be written', async (mutation) => {
    const { company, input, who } = await newAttempt(server, mutation, typesFor(mutation));
    const [part = 'owner'] = doersOf(mutation);
    const before = await databaseContent(server.database);
    const mend = await breakAudit(server, company.organization);
    const { payload, errors } = await send(who(part), mutation, input);
    await mend();
    expect(payload).toBeNull();
    expect(errors).toMatchObject([{ path: [mutation], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(await databaseContent(server.database)).toEqual(before);
    await succeed(who(part), mutation, input);
  });
});

describe('a mutation that changes nothing', () => {
  const repeatable = mutations.filter((mutation) => commandOf(mutation).again !== 'another change');
  test.each(repeatable)('%s writes no event when the same is sent again', async (mutation) => {
    const { input, who } = await newAttempt(server, mutation, typesFor(mutation));
    const { again } = commandOf(mutation);
    const admin = who('organizationAdmin');
    await succeed(admin, mutation, input);
    const before = await databaseContent(server.database);
    const version = 'expectedVersion' in input ? { expectedVersion: Number(input['expectedVersion']) + 1 } : {};
    const { payload } = await send(admin, mutation, { ...input, ...version });
    expect(payload?.userErrors.map(({ code }) => code)).toEqual(again === undefined ? [] : [again]);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test.each(everyRefused)('%s is logged, and not audited, when it is refused to the %s', async (mutation, part) => {
    const { company, input, who } = await newAttempt(server, mutation, typesFor(mutation));
    const before = await databaseContent(server.database);
    const requestId = `refused.${mutation}.${part}`;
    const { payload } = await send(who(part), mutation, input, requestId);
    expect(payload?.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(await databaseContent(server.database)).toEqual(before);
    const { kind, id } = who(part);
    const { organizationId } = company;
    expect(refusalsOf(requestId)).toMatchObject([
      { level: 40, actor: { kind, id: uuidOf(id), organizationId }, permission: permissionOf(mutation) },
    ]);
  });
});
