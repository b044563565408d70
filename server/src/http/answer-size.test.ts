import { beforeAll, expect, test } from '@jest/globals';
import { createWorkspace } from '../testing/fixtures.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { create } from '../testing/virtual-keys.js';
import { withinAnswerSize } from './answer-size.js';

/** An answer has 8 MB at the most, while it is made. */

useServer();

let ada: Person;
/** As long as they may be, in two bytes a character. */
const allowedModels = Array.from({ length: 200 }, (_, index) => `${index}-${'ö'.repeat(190)}`);
const copies = 99;

beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization(), teams: ['core'] });
  const workspaceId = await createWorkspace(server, ada);
  await create(ada, { workspaceId, name: 'of many models', allowedModels });
  await server.database.rows({
    text: `INSERT INTO virtual_keys SELECT copy.* FROM virtual_keys k, generate_series(1, ${copies}) AS place,
      jsonb_populate_record(k, jsonb_build_object('id', md5(place::text)::uuid)) AS copy`,
    values: [],
  });
});

interface Keys {
  readonly virtualKeys: { readonly nodes: readonly unknown[] };
}
const ask = (query: string) => server.request<Keys>({ token: ada.token, query });
const tooLarge = [
  {
    message: 'The answer is larger than 8 MB. What a mutation has changed stays changed.',
    extensions: { code: 'OPERATION_TOO_COMPLEX', requestId: expect.any(String) },
  },
];
const aliases = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

test('a page of all that it can hold is answered', async () => {
  const { data, errors } = await ask('{ virtualKeys(first: 100) { nodes { allowedModels } } }');
  expect(errors).toBeUndefined();
  expect(data?.virtualKeys.nodes).toEqual(Array(100).fill({ allowedModels }));
});

test.each([
  ['the same lists under many names', `{ virtualKeys(first: 100) { nodes { ${aliases(20, 'allowedModels')} } } }`],
  ['more than the statements may bring', `{ ${aliases(6, 'virtualKeys(first: 100) { nodes { allowedModels } }')} }`],
])('%s are refused whole, and nothing is held that is not sent', async (_case, query) => {
  const answer = await ask(query);
  expect([answer.status, answer.errors]).toEqual([400, tooLarge]);
  expect(answer.data ?? null).toBeNull();
  expect(server.logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
});

test('names, and what has more than a byte a character count', () => {
  const refuses = (data: unknown) => withinAnswerSize({ data: data as never }).errors !== undefined;
  expect([refuses({ a: 'x'.repeat(7_900_000) }), refuses({ a: 'x'.repeat(8_100_000) })]).toEqual([false, true]);
  expect([refuses({ a: '語'.repeat(2_600_000) }), refuses({ a: '語'.repeat(2_700_000) })]).toEqual([false, true]);
  expect([
    refuses(Array(70_000).fill({ ['x'.repeat(97)]: 1 })),
    refuses(Array(80_000).fill({ ['x'.repeat(97)]: 1 })),
  ]).toEqual([false, true]);
  expect([refuses(Array(900_000).fill(1)), refuses(Array(1_100_000).fill(null))]).toEqual([false, true]);
});
