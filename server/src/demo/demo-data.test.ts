import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../app.js';
import type { Database } from '../database/database.js';
import { repairCounters } from '../summary/counter-repair.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import {
  createDatabase,
  type GraphQLAnswer,
  newOrganization,
  signToken,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';
import { createDemoData } from './demo-data.js';
import { demoRows } from './demo-rows.js';

const summaryQuery = `{
  workspaceSummary {
    totalWorkspaces
    totalMonthlyBudget { amount currency }
    totalActiveKeys
    productionWorkspaces
    activeWorkspace { name }
  }
}`;

interface Cards {
  workspaces: {
    totalCount: number;
    nodes: {
      name: string;
      owner: { __typename: 'User' | 'Team'; name: string };
      environment: string;
      region: string;
      status: string;
      activeKeyCount: number;
      memberCount: number;
      viewerRole: string;
      createdAt: string;
      members: { totalCount: number };
      virtualKeys: {
        totalCount: number;
        nodes: { status: string; createdAt: string; expiresAt: string | null; lastUsedAt: string | null }[];
      };
    }[];
  };
}

const cardsQuery = `{
  workspaces(first: 100) {
    totalCount
    nodes {
      name owner { __typename name } environment region status activeKeyCount memberCount viewerRole createdAt
      members { totalCount }
      virtualKeys { totalCount nodes { status createdAt expiresAt lastUsedAt } }
    }
  }
}`;

onPlainPostgres('somebody has signed in there', () => {
  describe('the demonstration data', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer();
      await createDemoData(server.database);
    });
    afterAll(() => server?.close());

    async function ask<Data>(subject: string, query: string): Promise<Data> {
      const token = await signToken({ sub: subject, org: 'meridian' });
      const { data, errors }: GraphQLAnswer<Data> = await server.request<Data>({ token, query });
      expect(errors).toBeUndefined();
      return data as Data;
    }

    async function cardsOf(subject: string): Promise<Cards['workspaces']['nodes']> {
      return (await ask<Cards>(subject, cardsQuery)).workspaces.nodes;
    }

    test('the first query of ada shows the figures of the whole company', async () => {
      const [counted] = await server.database.rows({
        text: `SELECT
        (SELECT count(*)::integer FROM workspaces) AS "totalWorkspaces",
        (SELECT sum(monthly_budget)::text FROM workspaces) AS amount,
        (SELECT count(*)::integer FROM virtual_keys
          WHERE status = 'ACTIVE' AND coalesce(expires_at > now(), true)) AS "totalActiveKeys",
        (SELECT count(*)::integer FROM workspaces WHERE environment = 'PRODUCTION') AS "productionWorkspaces"`,
        values: [],
      });
      const { amount, ...counts } = counted as { amount: string };
      expect(await ask('ada', summaryQuery)).toEqual({
        workspaceSummary: {
          ...counts,
          totalMonthlyBudget: { amount, currency: 'USD' },
          activeWorkspace: { name: 'Model Gateway' },
        },
      });
      expect(counts).toMatchObject({ totalWorkspaces: 36, productionWorkspaces: 18 });
    });

    test('the cards cover every environment, region and status, owners of both kinds, and keys in every status', async () => {
      const cards = await cardsOf('ada');
      const seen = (values: string[]) => [...new Set(values)].sort();
      const keys = cards.flatMap((card) => card.virtualKeys.nodes);
      expect({
        environments: seen(cards.map((card) => card.environment)),
        regions: seen(cards.map((card) => card.region)),
        statuses: seen(cards.map((card) => card.status)),
        owners: seen(cards.map((card) => card.owner.__typename)),
        keyStatuses: seen(keys.map((key) => key.status)),
      }).toEqual({
        environments: ['PRODUCTION', 'SANDBOX', 'STAGING'],
        regions: ['EU', 'GLOBAL', 'RWANDA', 'US'],
        statuses: ['ACTIVE', 'REVIEW'],
        owners: ['Team', 'User'],
        keyStatuses: ['ACTIVE', 'DISABLED', 'EXPIRED', 'REVOKED'],
      });
      expect(cards.some((card) => card.virtualKeys.totalCount === 0)).toBe(true);
      expect(keys.some((key) => key.lastUsedAt === null)).toBe(true);
      expect(keys.length).toBeGreaterThanOrEqual(90);
      expect(keys.length).toBeLessThanOrEqual(150);
    });

    test('nothing was used before it was there, after it expired or in the future', async () => {
      const now = Date.now();
      for (const card of await cardsOf('ada')) {
        for (const key of card.virtualKeys.nodes) {
          const times = [card.createdAt, key.createdAt, key.lastUsedAt ?? key.createdAt].map((time) =>
            Date.parse(time),
          );
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(times.at(-1)).toBeLessThan(Math.min(now, Date.parse(key.expiresAt ?? '9999-01-01T00:00:00Z')));
        }
      }
    });

    test('the kept counts are those of the rows, and repair finds nothing to do', async () => {
      for (const card of await cardsOf('ada')) {
        const active = card.virtualKeys.nodes.filter((key) => key.status === 'ACTIVE');
        expect([card.name, card.memberCount, card.activeKeyCount]).toEqual([
          card.name,
          card.members.totalCount,
          active.length,
        ]);
      }
      expect(await repairCounters(server.database)).toEqual({ repaired: 0, refreshed: 0 });
    });

    test('people who are not admins see a part of the company, in the roles that they are there for', async () => {
      const rolesOf = async (subject: string) => [...new Set((await cardsOf(subject)).map((card) => card.viewerRole))];
      expect((await rolesOf('bruno')).sort()).toEqual(['ADMIN', 'MEMBER', 'OWNER', 'VIEWER']);
      expect(await rolesOf('ines')).toEqual(['VIEWER']);
      expect(await rolesOf('jonas')).toEqual(['ADMIN']);
      expect(await rolesOf('liam')).toEqual([]);
      expect((await cardsOf('bruno')).length).toBeLessThan(36);
      expect((await cardsOf('jonas')).map((card) => card.owner.name)).toEqual(Array(3).fill('Data Science'));
    });

    test('everybody who has selected a workspace sees it', async () => {
      const active: Record<string, string | null> = {};
      for (const { subject, active: isActive } of demoRows(new Date()).users) {
        if (!isActive) continue;
        const { workspaceSummary } = await ask<{ workspaceSummary: { activeWorkspace: { name: string } | null } }>(
          subject,
          summaryQuery,
        );
        active[subject] = workspaceSummary.activeWorkspace?.name ?? null;
      }
      const without = Object.keys(active).filter((subject) => active[subject] === null);
      expect(without).toEqual(['farid', 'liam']);
      expect(Object.keys(active)).toHaveLength(12);
    });

    test('every workspace routes within its region to models with prices, and production looks through its texts', async () => {
      interface Routing {
        workspaces: {
          nodes: {
            region: string;
            environment: string;
            timeZone: string;
            llmConfigurations: { nodes: { region: string; outputPricePerMillionTokens: { amount: string } }[] };
            modelRoutes: { nodes: { strategy: string; targets: object[] }[] };
            guardrails: { nodes: { stage: string; position: number; kind: string }[] };
          }[];
        };
      }
      const { workspaces } = await ask<Routing>(
        'ada',
        `{ workspaces(first: 100) { nodes { region environment timeZone
        llmConfigurations(first: 5) { nodes { region outputPricePerMillionTokens { amount } } }
        modelRoutes(first: 5) { nodes { strategy targets { weight } } }
        guardrails(first: 5) { nodes { stage position kind } } } } }`,
      );
      for (const { region, environment, llmConfigurations, modelRoutes, guardrails } of workspaces.nodes) {
        expect(llmConfigurations.nodes.map((one) => one.region)).toEqual([region, region, region]);
        expect(modelRoutes.nodes.map(({ strategy }) => strategy)).toEqual(['LOWEST_COST', 'WEIGHTED', 'FALLBACK']);
        const kinds = guardrails.nodes.map(({ stage, position, kind }) => `${stage} ${position} ${kind}`);
        const all = ['INPUT 1 PII', 'INPUT 2 BLOCKED_TERMS', 'OUTPUT 1 PATTERN', 'OUTPUT 2 MAX_LENGTH'];
        expect(kinds).toEqual(environment === 'SANDBOX' ? [] : all);
      }
      const zones = new Set(workspaces.nodes.map(({ timeZone }) => timeZone));
      expect([...zones].sort()).toEqual(['Africa/Kigali', 'America/New_York', 'Europe/Berlin', 'UTC']);
      // What lies beside the routes is what a change would make of it.
      const [stale] = await server.database.rows({
        text: `SELECT count(*)::integer AS count FROM model_routes r WHERE eligible_ids IS DISTINCT FROM ARRAY(
          SELECT c.id FROM route_targets rt JOIN llm_configurations c ON c.id = rt.llm_configuration_id
          WHERE rt.model_route_id = r.id AND c.enabled ORDER BY rt.position)`,
        values: [],
      });
      expect(stale).toEqual({ count: 0 });
    });

    test('a review finds the credential that a staging workspace has borrowed, and keys of somebody who has left', async () => {
      const { workspaces } = await ask<{
        workspaces: { nodes: { name: string; reviewFindings: { code: string }[] }[] };
      }>('ada', '{ workspaces(first: 100) { nodes { name reviewFindings { code } } } }');
      const foundIn = (wanted: string) =>
        workspaces.nodes
          .filter(({ reviewFindings }) => reviewFindings.some(({ code }) => code === wanted))
          .map(({ name }) => name);
      expect(foundIn('SANDBOX_TARGET')).toEqual(['Support Copilot']);
      expect(foundIn('KEY_OF_LEAVER')).toEqual(['Checkout API', 'Fraud Scoring', 'Help Centre Search']);
      const token = await signToken({ sub: 'milo', org: 'meridian' });
      expect((await server.request({ token, query: '{ viewer { user { id } } }' })).status).toBe(401);
    });

    test('it is made once: a second start finds it there and makes nothing', async () => {
      const before = await contents(server.database);
      expect(await createDemoData(server.database)).toBe(false);
      expect(await contents(server.database)).toEqual(before);
    });
  });
});

onPlainPostgres('somebody has signed in there', () => {
  describe('making the demonstration data', () => {
    const open: Database[] = [];
    afterEach(() => Promise.all(open.splice(0).map((database) => database.close())));

    async function connect(url: string): Promise<Database> {
      const database = await connectDatabase({ url, poolSize: 2 });
      open.push(database);
      return database;
    }

    test('two servers that start at once on one database make it once', async () => {
      const url = await createDatabase();
      const servers = [await connect(url), await connect(url)] as const;
      const made = await Promise.all(servers.map((database) => createDemoData(database)));
      expect(made.sort()).toEqual([false, true]);
      expect((await contents(servers[0]))?.workspaces).toHaveLength(36);
    });

    test('a database in which anybody has signed in gets none', async () => {
      const server = await startTestServer();
      try {
        const token = await signToken({ sub: 'somebody', org: newOrganization() });
        await server.request({ token, query: '{ viewer { user { id } } }' });
        expect(await createDemoData(server.database)).toBe(false);
        expect(await contents(server.database)).toMatchObject({ workspaces: [], users: ['somebody'] });
      } finally {
        await server.close();
      }
    });

    test('a failure in the middle leaves nothing behind, and the next start makes it whole', async () => {
      const database = await connect(await createDatabase());
      const ddl = (text: string) => database.rows({ text, values: [] });
      await ddl('ALTER TABLE active_workspaces RENAME TO away');
      await expect(createDemoData(database)).rejects.toThrow('active_workspaces');
      expect(await contents(database)).toMatchObject({ workspaces: [], users: [] });
      await ddl('ALTER TABLE away RENAME TO active_workspaces');
      expect(await createDemoData(database)).toBe(true);
    });

    test('only times differ between two machines: ids, names, budgets and keys are the same', () => {
      const [first, second] = ['2026-03-01T09:00:00Z', '2027-11-30T17:30:00Z'].map((time) => demoRows(new Date(time)));
      const withoutTimes = (rows: unknown) =>
        JSON.parse(JSON.stringify(rows, (name, value) => (name.endsWith('At') && value !== null ? 'a time' : value)));
      expect(withoutTimes(second)).toEqual(withoutTimes(first));
      expect(first?.users[0]).toMatchObject({ subject: 'ada', id: '019b76da-a800-72f4-92bd-87b99d1ef7a9' });
      const ids = Object.values(first ?? {}).flatMap((rows) => rows.flatMap((row) => ('id' in row ? [row.id] : [])));
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });
  });
});

/** What the database holds, as far as it tells one state from another. */
async function contents(database: Database) {
  const [row] = await database.rows<Record<'workspaces' | 'users' | 'keys', string[]>>({
    text: `SELECT ARRAY(SELECT id::text FROM workspaces ORDER BY id) AS workspaces,
      ARRAY(SELECT subject FROM users ORDER BY subject) AS users,
      ARRAY(SELECT id::text FROM virtual_keys ORDER BY id) AS keys`,
    values: [],
  });
  return row;
}
