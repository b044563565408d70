import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { createKey } from '../testing/fixtures.js';
import { differences, digestOf, type GatewayScene, newGatewayScene } from '../testing/gateway.js';
import { organizationOf, uuidOf } from '../testing/rows.js';
import { server, useServer } from '../testing/use-server.js';
import { connect } from '../testing/waiting.js';

/** Whatever is done to one workspace's money at once, in whatever order: the ledgers are right, and nothing goes above a limit. */

jest.setTimeout(300_000);

useServer();

const connections = 6;
/** As many as there is time for. */
const runsMax = 200;
const timeMaxMs = 20_000;

const clients: pg.Client[] = [];
let stage: Stage;
beforeAll(async () => {
  stage = await newStage();
  for (let count = 0; count < connections; count++) clients.push(await connect(server.databaseUrl));
  // Whoever reserves holds the ledger, under which a limit changes: the limit that is read here is the one that holds.
  await server.database.rows({
    text: `CREATE FUNCTION refuse_above() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.spent + NEW.reserved > (
          SELECT CASE WHEN w.budget_enforcement = 'BLOCK' THEN w.monthly_budget ELSE 'Infinity' END FROM workspaces w
          WHERE w.organization_id = NEW.organization_id AND w.id = NEW.workspace_id
        ) THEN RAISE EXCEPTION 'a decision went above the limit'; END IF;
        RETURN NULL;
      END $$`,
    values: [],
  });
  await server.database.rows({
    text: `CREATE TRIGGER refuse_above AFTER UPDATE ON workspace_ledgers FOR EACH ROW
      WHEN (NEW.reserved > OLD.reserved) EXECUTE FUNCTION refuse_above()`,
    values: [],
  });
  await server.database.rows({
    text: `CREATE FUNCTION refuse_above_key() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.spent + NEW.reserved > (
          SELECT k.monthly_budget FROM virtual_keys k
          WHERE k.organization_id = NEW.organization_id AND k.id = NEW.virtual_key_id
        ) THEN RAISE EXCEPTION 'a decision went above the limit of the key'; END IF;
        RETURN NULL;
      END $$`,
    values: [],
  });
  await server.database.rows({
    text: `CREATE TRIGGER refuse_above_key AFTER UPDATE ON virtual_key_ledgers FOR EACH ROW
      WHEN (NEW.reserved > OLD.reserved) EXECUTE FUNCTION refuse_above_key()`,
    values: [],
  });
});
afterAll(() => Promise.all(clients.map((client) => client.end())));

type Step =
  | { readonly kind: 'authorize'; readonly requests: readonly { id: number; key: number; tokens: number }[] }
  | { readonly kind: 'record'; readonly ids: readonly number[]; readonly key: number; readonly cost: number }
  | { readonly kind: 'expire'; readonly from: number }
  | { readonly kind: 'job' }
  | { readonly kind: 'limit'; readonly limit: number; readonly isBlocking: boolean }
  | { readonly kind: 'keyLimit'; readonly key: number; readonly limit: number | null }
  | { readonly kind: 'period' }
  | { readonly kind: 'key'; readonly status: 'ACTIVE' | 'DISABLED' | 'REVOKED' };

const id = fc.integer({ min: 0, max: 15 });
const key = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('authorize' as const),
      requests: fc.array(fc.record({ id, key, tokens: fc.constantFrom(0, 1_000, 5_000, 20_000) }), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      ids: fc.uniqueArray(id, { minLength: 1, maxLength: 4 }),
      key,
      cost: fc.constantFrom(0, 0.001, 0.01, 0.07),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), from: id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('job' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      limit: fc.constantFrom(0, 0.05, 0.1, 0.3, 1),
      isBlocking: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('keyLimit' as const), key, limit: fc.constantFrom(null, 0.02, 0.2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('period' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('key' as const),
      status: fc.constantFrom('ACTIVE' as const, 'DISABLED' as const, 'REVOKED' as const),
    }),
  },
);

interface Stage {
  readonly scene: GatewayScene;
  readonly organization: string;
  readonly workspace: string;
  /** Without a limit, and with one. */
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
}

async function newStage(): Promise<Stage> {
  const scene = await newGatewayScene({ monthlyBudget: '0.30' });
  const { admin, workspaceId } = scene;
  const limited = await createKey(server, admin, { workspaceId, monthlyBudget: '0.20', requestsPerMinute: 30 });
  const organization = await organizationOf(server, workspaceId);
  return { scene, organization, workspace: uuidOf(workspaceId), keys: [scene.key, limited] };
}

const lock = `SELECT FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2 FOR NO KEY UPDATE`;

/** Takes the step; `run` is what its requests are told apart by from those of other runs. */
async function take(client: pg.Client, run: number, one: Step): Promise<void> {
  const { organization, workspace, keys } = stage;
  const own = [organization, workspace];
  const digest = (index: number) => digestOf(keys[index]?.secret ?? '');
  switch (one.kind) {
    case 'authorize':
      await client.query(
        `SELECT * FROM authorize_requests($1, $2::text[], $3::bytea[], $4::text[], $5::integer[], $6::integer[], '1 hour')`,
        [
          organization,
          one.requests.map((request) => `${run} ${request.id}`),
          one.requests.map((request) => `\\x${digest(request.key)}`),
          one.requests.map(() => 'fast'),
          one.requests.map(({ tokens }) => tokens),
          one.requests.map(() => 0),
        ],
      );
      return;
    case 'record':
      await client.query(`SELECT * FROM record_usage($1, $2::json, '-infinity')`, [
        organization,
        JSON.stringify(
          one.ids.map((number) => ({
            requestId: `${run} ${number}`,
            keyDigest: digest(one.key),
            model: 'fast',
            status: 'SUCCEEDED',
            inputTokens: 1,
            cachedInputTokens: 0,
            outputTokens: 1,
            cost: one.cost,
            latencyMs: 10,
            occurredAt: new Date().toISOString(),
          })),
        ),
      ]);
      return;
    case 'expire':
      // Under the ledger's lock and ahead of what was looked at last, as time would do it.
      await client.query('BEGIN');
      await client.query(lock, own);
      await client.query(
        `UPDATE gateway_requests SET expires_at = clock_timestamp() WHERE organization_id = $1 AND workspace_id = $2
          AND state = 'HELD' AND usage_id IS NULL AND expires_at > clock_timestamp() AND request_id >= $3
          AND clock_timestamp() > (SELECT expired_until + interval '1 ms' FROM workspace_ledgers
            WHERE organization_id = $1 AND workspace_id = $2)`,
        [...own, `${run} ${one.from}`],
      );
      await client.query(
        'UPDATE workspace_ledgers SET turn = turn + 1 WHERE organization_id = $1 AND workspace_id = $2',
        own,
      );
      await client.query('COMMIT');
      return;
    case 'job':
      await client.query('SELECT bring_ledgers_up_to_date($1, ARRAY[$2::uuid])', own);
      return;
    case 'limit':
      // As the command does: the workspace, then its ledger last.
      await client.query('BEGIN');
      await client.query(
        `UPDATE workspaces SET monthly_budget = $3, budget_enforcement = $4 WHERE organization_id = $1 AND id = $2`,
        [...own, one.limit.toFixed(2), one.isBlocking ? 'BLOCK' : 'ALERT_ONLY'],
      );
      await client.query(lock, own);
      await client.query('COMMIT');
      return;
    case 'keyLimit':
      await client.query('UPDATE virtual_keys SET monthly_budget = $3 WHERE organization_id = $1 AND id = $2', [
        organization,
        uuidOf(keys[one.key]?.id ?? ''),
        one.limit?.toFixed(2) ?? null,
      ]);
      return;
    case 'period':
      await client.query(
        `UPDATE workspace_ledgers SET period_end = clock_timestamp() + interval '5 ms', turn = turn + 1
          WHERE organization_id = $1 AND workspace_id = $2 AND period_start < clock_timestamp() - interval '1 ms'`,
        own,
      );
      return;
    case 'key':
      await client.query(
        "UPDATE virtual_keys SET status = $3, revoked_at = CASE WHEN $3 = 'REVOKED' THEN now() END WHERE organization_id = $1 AND id = $2",
        [organization, uuidOf(keys[0]?.id ?? ''), one.status],
      );
      return;
  }
}

test('ledgers are what requests and records add up to, and no decision under BLOCK goes above the limit', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 20 }), { minLength: connections, maxLength: connections }),
      async (plans) => {
        runs += 1;
        const number = runs;
        await take(clients[0] as pg.Client, number, { kind: 'key', status: 'ACTIVE' });
        await take(clients[0] as pg.Client, number, { kind: 'limit', limit: 0.3, isBlocking: true });
        const follow = async (client: pg.Client, plan: readonly Step[]) => {
          for (const one of plan) await take(client, number, one);
        };
        await Promise.all(plans.map((plan, index) => follow(clients[index] as pg.Client, plan)));
        expect(await differences(stage.scene.workspaceId)).toEqual([]);
        await take(clients[0] as pg.Client, number, { kind: 'job' });
        expect(await differences(stage.scene.workspaceId)).toEqual([]);
      },
    ),
    { numRuns: runsMax, interruptAfterTimeLimit: timeMaxMs, endOnFailure: true },
  );
  expect(runs).toBeGreaterThan(5);
});
