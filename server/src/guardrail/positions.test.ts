import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace } from '../testing/fixtures.js';
import {
  createGuardrail,
  deleteGuardrail,
  listGuardrails,
  newGuardrail,
  updateGuardrail,
} from '../testing/guardrails.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { only } from '../testing/virtual-keys.js';

/** Guardrails are counted in each stage from 1 on, without gaps, whoever makes, moves and deletes them at once. */

useServer();

let ada: Person;
let workspaceId: string;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});
beforeEach(async () => {
  workspaceId = await createWorkspace(server, ada);
});

const make = (name: string, input: object = {}) => newGuardrail(ada, workspaceId, { name, ...input });

async function order(stage = 'INPUT'): Promise<string> {
  const listed = (await listGuardrails(ada, workspaceId)).filter((guardrail) => guardrail.stage === stage);
  expect(listed.map(({ position }) => position)).toEqual(listed.map((_, index) => index + 1));
  return listed.map(({ name }) => name).join(' ');
}

const move = (guardrailId: string, position: number, expectedVersion = 1) =>
  updateGuardrail(ada, { guardrailId, expectedVersion, position });

test('a new one is the last of its stage, or takes a place and the others move down', async () => {
  for (const name of ['a', 'b', 'c']) await make(name);
  for (const name of ['x', 'y']) await make(name, { stage: 'OUTPUT' });
  await make('first', { position: 1 });
  await make('third', { position: 3 });
  await make('last', { position: 6 });
  expect([await order(), await order('OUTPUT')]).toEqual(['first a third b c last', 'x y']);
  const stages = (await listGuardrails(ada, workspaceId)).map(({ stage }) => stage);
  expect(stages).toEqual([...stages].sort());
});

test('moving one up or down moves those between, changes no version but its own, and is audited as a change', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push(await make(name));
  const [a = '', , , d = ''] = ids;
  expect((await move(d, 2)).guardrail).toMatchObject({ position: 2, version: 2 });
  expect(await order()).toBe('a d b c e');
  expect((await move(a, 5)).guardrail).toMatchObject({ position: 5, version: 2 });
  expect(await order()).toBe('d b c e a');
  expect((await move(a, 5, 2)).guardrail).toMatchObject({ position: 5, version: 2 });
  const versions = (await listGuardrails(ada, workspaceId)).map(({ name, version }) => `${name}${version}`);
  expect(versions.join(' ')).toBe('d2 b1 c1 e1 a2');
  const events = (await auditEvents(server, workspaceId)).filter(({ action }) => action === 'guardrail.updated');
  expect(events.map(({ changes }) => changes)).toEqual([
    [{ field: 'position', before: 4, after: 2 }],
    [{ field: 'position', before: 1, after: 5 }],
  ]);
});

test('deleting one moves those after it up, and one that is switched off keeps its place', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) ids.push(await make(name));
  await updateGuardrail(ada, { guardrailId: ids[2], expectedVersion: 1, enabled: false });
  await deleteGuardrail(ada, { guardrailId: ids[1] });
  expect(await order()).toBe('a c d');
  await make('e');
  expect(await order()).toBe('a c d e');
});

test('a place that there is not is INVALID, and nothing moves', async () => {
  const [a] = [await make('a'), await make('b'), await make('x', { stage: 'OUTPUT' })];
  for (const position of [0, -1, 4, 2_147_483_647]) {
    const { userErrors } = await createGuardrail(ada, { workspaceId, position });
    expect(userErrors).toEqual(only('INVALID', 'position'));
  }
  for (const position of [0, 3]) expect((await move(a, position)).userErrors).toEqual(only('INVALID', 'position'));
  expect(await order()).toBe('a b');
});

describe('at once', () => {
  test('creates at every place leave no gap and nothing twice', async () => {
    await make('a');
    const made = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        createGuardrail(ada, { workspaceId, ...(index % 2 === 0 ? { position: 1 } : {}) }),
      ),
    );
    expect(made.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect((await order()).split('Guardrail')).toHaveLength(25);
  });

  test('moves, creates and deletes at random leave every guardrail in one place', async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const ids: string[] = [];
    for (let index = 0; index < 8; index++) ids.push(await make(`g${index}`));
    for (let round = 0; round < 6; round++) {
      const present = await listGuardrails(ada, workspaceId);
      const steps = present.map(({ id, version }, index) => {
        if (index === random(present.length)) return deleteGuardrail(ada, { guardrailId: id });
        return move(id, 1 + random(present.length), version);
      });
      const answers = await Promise.all([...steps, createGuardrail(ada, { workspaceId, position: 1 })]);
      const codes = new Set(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code)));
      // A place may be gone by the time that it is somebody's turn.
      codes.delete('INVALID');
      expect([...codes]).toEqual([]);
      await order();
    }
  });

  test('of two who move the same one, one has moved it, and the other is shown where it is', async () => {
    const id = await make('a');
    for (const name of ['b', 'c', 'd']) await make(name);
    const answers = await Promise.all([move(id, 3), move(id, 4)]);
    const [winner] = answers.filter(({ guardrail }) => guardrail !== null);
    const [loser] = answers.filter(({ guardrail }) => guardrail === null);
    expect(loser?.conflictingGuardrail).toEqual(winner?.guardrail);
    await order();
  });
});

test('no statement, whoever sends it, gives two guardrails one place', async () => {
  await make('a');
  await make('b');
  const text = 'UPDATE guardrails SET position = 1 WHERE name_key = $1';
  await expect(server.database.rows({ text, values: ['b'] })).rejects.toThrow('guardrails_position_key');
});

test('a stage has a hundred and no more, until one is deleted', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 100; count++) ids.push(await make(`of a hundred ${count}`));
  const another = () => createGuardrail(ada, { workspaceId, stage: 'INPUT' });
  expect(await another()).toEqual({ guardrail: null, userErrors: only('LIMIT_REACHED', 'stage') });
  await make('of the other stage', { stage: 'OUTPUT' });
  await deleteGuardrail(ada, { guardrailId: ids[0] });
  expect((await another()).guardrail).toMatchObject({ position: 100 });
});
