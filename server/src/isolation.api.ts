import { beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLField, getNamedType, isLeafType, isScalarType } from 'graphql';
import { refusals } from './errors.js';
import { type Company, newCompany, newScene, type Part, parts, type Scene, scopesOf } from './testing/cast.js';
import { commandOf, commands, prepare, typesFor, typesNamedBy } from './testing/commands.js';
import { contentByOrganization } from './testing/database-content.js';
import { idOfNothing } from './testing/fixtures.js';
import { type Ids, idOf, nounsByType } from './testing/ids.js';
import {
  mutationPlaces,
  mutations,
  ownMutations,
  pathOf,
  plainPayloadFields,
  queries,
  queryPlaces,
  queryRows,
  refusedAt,
  schema,
  typeRows,
} from './testing/isolation-rows.js';
import {
  asNothing,
  hasValue,
  newObjects,
  noIds,
  objectsAt,
  type SentMutation,
  type Stage,
  select,
  send,
  sendMutation,
  setTheStage,
  withId,
  wrongIds,
} from './testing/isolation-stage.js';
import { giveToTeam } from './testing/rows.js';
import { fieldSelection, objectTypes, typesAt } from './testing/schema-places.js';
import { changesOfAnybody, recordStatements } from './testing/statements.js';
import { server, useServer } from './testing/use-server.js';
import { holdObjects } from './testing/waiting.js';
import { mutationOutcomes, type Outcomes, ownOutcomes, people, serverCommands } from './testing/who-may.js';

/** What everybody is answered: what is asked, and who is answered what, stands in `testing/isolation-rows.ts`. */

useServer();

describe('this test', () => {
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

  test('knows a command and an input for every mutation', () => {
    expect(sorted(Object.keys(commands))).toEqual(sorted(mutations));
    expect(sorted(serverCommands.keys())).toEqual(sorted(mutations));
  });

  test('asks for every field of the query, and through every place that takes an id', () => {
    const asked = queryRows.map(({ place }) => place.replace(/\(.*/, '')).filter((name) => !name.includes('.'));
    expect(sorted(asked)).toEqual(sorted(queries.map(({ name }) => name)));
    expect(sorted(queryRows.map(({ place }) => place).filter((place) => place.includes('(')))).toEqual(
      sorted(queryPlaces),
    );
  });

  test('asks for the objects of every type', () => {
    expect(typeRows.flatMap(([name, row]) => (row === undefined ? [name] : []))).toEqual([]);
  });

  test('need not ask for what is around objects: it holds nothing else', () => {
    for (const { name, getFields } of objectTypes(schema).map((type) => ({
      name: type.name,
      getFields: () => Object.values(type.getFields()),
    }))) {
      const fields = getFields().map((field) => field.name);
      if (name.endsWith('Edge')) expect(sorted(fields)).toEqual(['cursor', 'node']);
      if (name.endsWith('Connection'))
        expect(sorted([...fields, 'totalCount'])).toEqual(['edges', 'nodes', 'pageInfo', 'totalCount']);
      if (!name.endsWith('Payload')) continue;
      const others = getFields().filter(({ type }) => !nounsByType.has(getNamedType(type).name));
      const said = others.map((field) => field.name).filter((field) => !plainPayloadFields.includes(field));
      expect([name, sorted(said)]).toEqual([name, ['query', 'userErrors']]);
      for (const field of others) {
        if (plainPayloadFields.includes(field.name)) expect(isScalarType(getNamedType(field.type))).toBe(true);
      }
    }
  });
});

test('a sentence of NOT_FOUND says that there is no such thing, and nothing of sight or rights', () => {
  const sentences = Object.values(refusals).flatMap(({ code, message }) => (code === 'NOT_FOUND' ? [message] : []));
  expect(sentences.length).toBeGreaterThan(5);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^There is no /);
    expect(sentence).not.toMatch(/see|sight|hidden|allow|permi|may not|another organization/i);
  }
});

describe('a mutation', () => {
  let stage: Stage;
  /** In sight of everybody but the stranger. */
  let seen: Scene;
  beforeAll(async () => {
    stage = await setTheStage();
    seen = await newScene(server, stage.ours);
  });

  async function newPreparedScene(mutation: string): Promise<Scene> {
    const scene = await newScene(server, stage.ours, {}, typesFor(mutation));
    await prepare(server, mutation, scene.ids);
    return scene;
  }

  /** Sends the mutation, whose statements have to say whose rows they change. */
  async function sendAs(part: Part, mutation: string, ids: Ids): Promise<SentMutation> {
    const { result, statements } = await recordStatements(() =>
      sendMutation(stage.cast[part], mutation, commandOf(mutation).input(ids)),
    );
    expect(changesOfAnybody(statements)).toEqual([]);
    return result;
  }

  type IdsFor = (scene: Scene, part: Part) => Ids;

  /** Sends the mutation as those who are refused, and sees that it changes nothing at all. */
  async function refuse(mutation: string, refused: readonly Part[], idsFor: (part: Part) => Ids): Promise<object> {
    const outcomes: Partial<Record<Part, string>> = {};
    const before = await contentByOrganization(server.database);
    for (const part of refused) {
      const who = stage.cast[part];
      const sent = await sendAs(part, mutation, idsFor(part));
      outcomes[part] = sent.outcome;
      if (sent.outcome === 'FORBIDDEN') {
        expect([part, sent.field]).toEqual([part, who.kind === 'USER' ? refusedAt(mutation) : null]);
      }
      // Who may not know of it learns no more than of what is not there; nor does a service without the scope.
      if (sent.outcome === 'NOT_FOUND' || (sent.outcome === 'FORBIDDEN' && who.kind === 'SERVICE')) {
        const ofNothing = await sendMutation(who, mutation, commandOf(mutation).input(noIds()));
        expect([part, sent.text]).toEqual([part, ofNothing.text]);
      }
    }
    expect(await contentByOrganization(server.database)).toEqual(before);
    return outcomes;
  }

  /** Sends the mutation as everybody, those first who have to be refused, and sees what it does to whose rows. */
  async function expectOutcomes(mutation: string, expected: Outcomes, idsFor: IdsFor): Promise<void> {
    const refused = parts.filter((part) => expected[part] !== 'done');
    const doers = parts.filter((part) => expected[part] === 'done');
    // What only adds something can be done by one after the other in one scene.
    const isAdding = mutation.startsWith('create') || typesNamedBy(mutation).length === 0;
    const scenes = [await newPreparedScene(mutation)];
    while (!isAdding && scenes.length < doers.length) scenes.push(await newPreparedScene(mutation));
    const ofDoer = (index: number) => scenes[index % scenes.length] as Scene;
    const outcomes: Partial<Record<Part, string>> = await refuse(mutation, refused, (part) => idsFor(ofDoer(0), part));
    let before = await contentByOrganization(server.database);
    for (const [index, part] of doers.entries()) {
      outcomes[part] = (await sendAs(part, mutation, idsFor(ofDoer(index), part))).outcome;
      const after = await contentByOrganization(server.database);
      const [ours, theirs] = [stage.ours.organizationId, stage.theirs.organizationId];
      const [own, other] = part.startsWith('foreign') ? [theirs, ours] : [ours, theirs];
      expect([part, after[other]]).toEqual([part, before[other]]);
      expect([part, after[own]]).not.toEqual([part, before[own]]);
      before = after;
    }
    expect(outcomes).toEqual(expected);
  }

  test.each(mutations)(
    '%s is done for who may do it, refused to everybody else, and then changes nothing',
    async (mutation) => {
      await expectOutcomes(mutation, mutationOutcomes(mutation), ({ ids }) => ids);
    },
  );

  test.each(ownMutations)(
    "%s of one's own key is done for who may do it, and for nobody who has lost sight of it",
    async (mutation) => {
      const own = ({ ids, ownKeys }: Scene, part: Part) => ({ ...ids, VirtualKey: ownKeys[part] ?? ids.VirtualKey });
      await expectOutcomes(mutation, ownOutcomes(mutation), own);
    },
  );

  test.each(mutationPlaces)(
    '%s answers for what is of others, out of sight or of another type as for nothing, and waits for none of it',
    async (place) => {
      const types = typesAt(place);
      const [, mutation = '', path = ''] = /^(\w+)\((.*)\)$/.exec(place) ?? [];
      const { foreign, unseen, cast } = stage;
      const { ids } = await newPreparedScene(mutation);
      const answerTo = (part: Part, id: string) =>
        sendMutation(
          cast[part],
          mutation,
          withId(commandOf(mutation).input(ids), path.split('.').slice(1), id) as object,
        );
      const before = await contentByOrganization(server.database);
      const release = await holdObjects(
        server,
        [foreign, unseen].flatMap((scene) => Object.values(scene.ids)),
      );
      try {
        for (const part of [...people, 'writer'] as const) {
          const expectAsNothing = asNothing(async (id) => (await answerTo(part, id)).text);
          const toNothing = await answerTo(part, idOfNothing(types[0] ?? 'Workspace'));
          if (mutationOutcomes(mutation)[part] === 'done') {
            expect([part, toNothing.outcome, toNothing.field?.join('.')]).toEqual([part, 'NOT_FOUND', pathOf(place)]);
          }
          const seesAll = part === 'organizationAdmin' || part === 'writer';
          const strange = types.flatMap((type) =>
            [foreign, ...(seesAll ? [] : [unseen])].map((scene) => idOf(scene.ids, type)),
          );
          const wrong = part === 'organizationAdmin' ? wrongIds({ ...seen.ids, ...ids }, types) : [];
          for (const id of strange) await expectAsNothing(id);
          for (const id of wrong) {
            expect([part, id, (await answerTo(part, id)).text]).toEqual([part, id, toNothing.text]);
          }
        }
      } finally {
        await release();
      }
      expect(await contentByOrganization(server.database)).toEqual(before);
    },
  );
});

describe('a query', () => {
  let stage: Stage;
  let scene: Scene;
  beforeAll(async () => {
    stage = await setTheStage();
    scene = await newScene(server, stage.ours, { monthlyBudget: '1.00' });
    for (const part of people) await select(stage.cast[part], scene.ids.Workspace);
  });

  const named = queryRows.map((row) => [`${row.place} for ${row.shows}`, row] as const);

  test.each(named)('%s shows it to who may see it and to nobody else', async (_name, row) => {
    const { ids } = scene;
    const variables = { id: row.id?.(ids, stage.ours) ?? idOf(ids, row.shows), workspaceId: ids.Workspace };
    const outcomes: Partial<Record<Part, string>> = {};
    for (const part of parts) {
      const { text, error } = await send(stage.cast[part], row.query, variables);
      const isShown = text.includes(idOf(ids, row.shows));
      outcomes[part] = `${error ?? (isShown ? 'shown' : 'not shown')}${error && isShown ? ' and shown' : ''}`;
    }
    const outcomeOf = (part: Part) =>
      row.forbiddenTo.includes(part) ? 'FORBIDDEN' : row.to.includes(part) ? 'shown' : 'not shown';
    expect(outcomes).toEqual(Object.fromEntries(parts.map((part) => [part, outcomeOf(part)])));
  });

  test.each(named.filter(([, { place }]) => place.includes('(')))(
    '%s answers for what is of others, out of sight or of another type as for nothing',
    async (_name, row) => {
      const { ids } = scene;
      const { foreign, unseen, cast } = stage;
      const types = row.place.startsWith('node') ? [row.shows] : row.types;
      // The keys of somebody who is out of sight by now are found by them, as every other is.
      const isOfMakers = row.place.includes('createdByIds');
      const answerTo = async (part: Part, id: string) =>
        (await send(cast[part], row.query, { id, workspaceId: ids.Workspace })).text;
      for (const part of parts) {
        const toNothing = await answerTo(part, idOfNothing(row.shows));
        const isOurs = !part.startsWith('foreign');
        // A service that is shown objects of the type is shown those of its whole organization.
        const seesAll = part === 'organizationAdmin' || (part in scopesOf && row.to.includes(part));
        const [other, company] = isOurs ? [foreign, stage.theirs] : [scene, stage.ours];
        const outOfSight = part === 'stranger' ? scene : unseen;
        const strange = new Set([
          row.id?.(other.ids, company) ?? idOf(other.ids, row.shows),
          ...types.map((type) => idOf(other.ids, type)),
          ...(isOurs && !seesAll && !isOfMakers ? types.map((type) => idOf(outOfSight.ids, type)) : []),
        ]);
        const wrong = wrongIds(ids, row.types);
        const expectAsNothing = asNothing((id) => answerTo(part, id));
        for (const id of strange) await expectAsNothing(id);
        for (const id of part === 'organizationAdmin' ? wrong : []) {
          expect([part, id, await answerTo(part, id)]).toEqual([part, id, toNothing]);
        }
      }
    },
  );

  test('workspaceSummary counts for everybody what they see', async () => {
    const counted: Record<string, unknown> = {};
    const query = '{ workspaceSummary { totalWorkspaces totalActiveKeys totalMonthlyBudget { amount } } }';
    for (const part of parts) {
      const { data, error } = await send(stage.cast[part], query, {});
      const summary = data?.['workspaceSummary'] as Record<string, unknown> | null | undefined;
      counted[part] = error ?? [
        summary?.['totalWorkspaces'],
        summary?.['totalMonthlyBudget'],
        summary?.['totalActiveKeys'],
      ];
    }
    const of = (workspaces: number, amount: string, keys: number) => [workspaces, { amount }, keys];
    const all = of(2, '21.00', 7);
    const one = of(1, '1.00', 6);
    const theirs = of(1, '300.00', 6);
    expect(counted).toEqual({
      foreignAdmin: theirs,
      foreignService: theirs,
      stranger: of(1, '20.00', 1),
      viewer: one,
      member: one,
      admin: one,
      owner: one,
      organizationAdmin: all,
      reader: all,
      writer: all,
      directory: 'FORBIDDEN',
      directoryReader: 'FORBIDDEN',
      gateway: 'FORBIDDEN',
    });
  });
});

describe('somebody of the owning team counts as an admin of the workspace', () => {
  async function newTeamScene(company: Company, types?: readonly string[]): Promise<Scene> {
    const scene = await newScene(server, company, {}, types);
    await giveToTeam(server, [scene.ids.Workspace], company.owningTeam);
    return scene;
  }

  describe('for the mutation', () => {
    let company: Company;
    beforeAll(async () => {
      company = await newCompany(server);
    });

    test.each(mutations)('%s', async (mutation) => {
      const { ids } = await newTeamScene(company, typesFor(mutation));
      await prepare(server, mutation, ids);
      const sent = await sendMutation(company.teammate, mutation, commandOf(mutation).input(ids));
      expect(sent.outcome).toBe(mutationOutcomes(mutation).admin);
    });
  });

  describe('for the query', () => {
    let company: Company;
    let ids: Ids;
    beforeAll(async () => {
      // Of its own, so that one page holds everything that there is.
      company = await newCompany(server);
      ({ ids } = await newTeamScene(company));
      await select(company.teammate, ids.Workspace);
    });

    // Without the row that asks by an owner in person, whom the workspace no longer has.
    const rows = queryRows.filter(({ place }) => !place.endsWith('(filter.ownerIds[])'));
    test.each(rows.map((row) => [row.place, row.shows, row] as const))('%s of %s', async (...[, , row]) => {
      const variables = { id: row.id?.(ids, company) ?? idOf(ids, row.shows), workspaceId: ids.Workspace };
      const { text, error } = await send(company.teammate, row.query, variables);
      expect([error, text.includes(idOf(ids, row.shows))]).toEqual([undefined, row.to.includes('admin')]);
    });
  });
});

describe('the fields of', () => {
  let stage: Stage;
  /** Objects of each type that have a value in every field, between them. */
  let objects: Readonly<Record<string, readonly string[]>>;
  beforeAll(async () => {
    stage = await setTheStage();
    objects = await newObjects(stage);
    for (const part of people) await select(stage.cast[part], objects['Workspace']?.[0] ?? '');
    await select(stage.cast.foreignAdmin, stage.foreign.ids.Workspace);
  });

  test.each(typeRows)('%s have values for who may see them, and for nobody else', async (name, row) => {
    if (row === undefined) throw new Error(`Nothing leads to ${name}.`);
    const type = objectTypes(schema).find((one) => one.name === name);
    const fields = Object.values(type?.getFields() ?? {});
    const selection = fields.map(fieldSelection);
    const seen: Partial<Record<Part, readonly string[]>> = {};
    for (const part of parts) {
      const found = new Set<string>();
      for (const id of row.node === undefined ? [''] : (objects[row.node] ?? [])) {
        const { data } = await send(stage.cast[part], row.query(selection.join(' ')), { id });
        for (const object of objectsAt(data, row.path)) {
          for (const [field, value] of Object.entries(object)) if (hasValue(value)) found.add(field);
        }
      }
      seen[part] = [...found].sort();
    }
    const given = new Set(Object.values(seen).flat());
    const shown = fields.filter((field) => given.has(field.name) || !isOptionalColumn(row.node, field));
    const fieldsOf = (part: Part) =>
      shown.flatMap((field) => (row.to(field).includes(part) ? [field.name] : [])).sort();
    expect(seen).toEqual(Object.fromEntries(parts.map((part) => [part, fieldsOf(part)])));
  });
});

/** What stands in the noun's own row, which is shown whole or not at all, and may be empty in all that are here. */
function isOptionalColumn(
  type: string | undefined,
  { name, type: fieldType }: GraphQLField<unknown, unknown>,
): boolean {
  return isLeafType(fieldType) && nounsByType.get(type ?? '')?.columns[name] !== undefined;
}
