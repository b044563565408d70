import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { idOfNothing, workspaceInput } from './fixtures.js';
import { type Ids, idOf, nodeTypes, nounsByType, parsed } from './ids.js';
import { changeRows, deleteRoutes } from './rows.js';
import { typesOfId, wholeSelection } from './schema-places.js';
import type { Person, TestServer } from './test-server.js';

/*
 * Every mutation with what it takes to try it. A new one needs its row here and nothing else: who may do it, what its ids
 * name, what it answers and that it is audited follow from this, the schema, and the table of permissions.
 */

export type Change = readonly [field: string, before: unknown, after: unknown];

/** What the audit log tells of the object that the payload has. */
export interface Tale {
  readonly action: string;
  readonly changes: readonly Change[];
}

/** An event of which it is said what it is about. */
export interface ToldEvent extends Tale {
  readonly target: unknown;
  /** Global id; null for what belongs to the organization. */
  readonly workspace: string | null;
}

/** What there is to say an event from. */
export interface Told {
  readonly who: Person;
  readonly company: { readonly people: { readonly owner: Person }; readonly colleague: Person };
  readonly ids: Ids;
  readonly input: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface CommandRow {
  /** An input that changes something in a scene. */
  readonly input: (ids: Ids) => Readonly<Record<string, unknown>>;
  /** An input that makes an object, of a mutation that makes and changes them. */
  readonly creates?: (ids: Ids) => Readonly<Record<string, unknown>>;
  /** What the input can't do without, although the schema leaves it open. */
  readonly needs?: readonly string[];
  /** What has to be before: SQL that sets columns of the scene's workspace, or work of its own; nothing unless given. */
  readonly before?: string | ((server: TestServer, ids: Ids) => Promise<void>);
  /** What the audit log tells; of a create, unless given, `<noun>.created` with what the input says. */
  readonly tells?: Tale | ((told: Told) => Tale | readonly ToldEvent[]);
  /** Whether it changes who is in the organization, so that it takes one of its own. */
  readonly changesPeople?: boolean;
  /** What comes of the same again, by the version that there is then; unless given, nothing is changed nor refused. */
  readonly again?: 'INVALID' | 'NOT_FOUND' | 'another change';
}

const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

export const commands: Readonly<Record<string, CommandRow>> = {
  archiveWorkspace: {
    input: ({ Workspace }) => ({ workspaceId: Workspace, expectedVersion: 1 }),
    tells: { action: 'workspace.archived', changes: [['archivedAt', null, aTime]] },
  },
  changeMemberRole: {
    input: ({ Member }) => ({ memberId: Member, role: 'VIEWER' }),
    tells: { action: 'member.role_changed', changes: [['role', 'MEMBER', 'VIEWER']] },
  },
  completeWorkspaceReview: {
    before: `status = 'REVIEW', review_reason = 'Yearly', review_requested_by_name = 'Ada',
      review_requested_at = now()`,
    input: ({ Workspace }) => ({ workspaceId: Workspace, note: 'In order' }),
    tells: {
      action: 'workspace.review_completed',
      changes: [
        ['status', 'REVIEW', 'ACTIVE'],
        ['reviewReason', 'Yearly', null],
        ['note', null, 'In order'],
      ],
    },
    again: 'INVALID',
  },
  createGuardrail: {
    input: ({ Workspace }) => ({
      workspaceId: Workspace,
      name: `Guardrail ${randomUUID()}`,
      stage: 'INPUT',
      kind: 'BLOCKED_TERMS',
      action: 'FLAG',
      terms: ['confidential'],
      position: 1,
      idempotencyKey: randomUUID(),
    }),
    needs: ['terms'],
  },
  createLlmConfiguration: {
    input: ({ Workspace }) => ({
      workspaceId: Workspace,
      name: `Model ${randomUUID()}`,
      provider: 'OPENAI',
      model: 'gpt-large',
      region: 'EU',
      credentialRef: 'env:OPENAI_API_KEY',
      inputPricePerMillionTokens: '2.50',
      outputPricePerMillionTokens: '10.00',
      idempotencyKey: randomUUID(),
    }),
  },
  createServiceToken: { input: () => ({ name: 'Billing', scopes: ['GATEWAY'], idempotencyKey: randomUUID() }) },
  createVirtualKey: {
    input: ({ Workspace }) => ({
      workspaceId: Workspace,
      name: 'CI',
      allowedModels: ['small'],
      monthlyBudget: '5.00',
      idempotencyKey: randomUUID(),
    }),
  },
  createWorkspace: {
    input: () => ({ ...workspaceInput(), timeZone: 'Africa/Kigali', idempotencyKey: randomUUID() }),
    tells: ({ input, who }) => ({
      action: 'workspace.created',
      changes: [...changesOfCreate(input), ['members', [], [who.id]]],
    }),
  },
  deleteGuardrail: {
    input: ({ Guardrail }) => ({ guardrailId: Guardrail }),
    tells: ({ ids }) => [
      {
        action: 'guardrail.deleted',
        target: ids['Guardrail'],
        workspace: ids.Workspace,
        changes: [['deletedAt', null, aTime]],
      },
    ],
    again: 'NOT_FOUND',
  },
  deleteLlmConfiguration: {
    before: (server, { Workspace }) => deleteRoutes(server, Workspace),
    input: ({ LlmConfiguration }) => ({ llmConfigurationId: LlmConfiguration }),
    tells: ({ ids }) => [
      {
        action: 'llm_configuration.deleted',
        target: ids['LlmConfiguration'],
        workspace: ids.Workspace,
        changes: [['deletedAt', null, aTime]],
      },
    ],
    again: 'NOT_FOUND',
  },
  deleteModelRoute: {
    input: ({ ModelRoute }) => ({ modelRouteId: ModelRoute }),
    tells: ({ ids }) => [
      {
        action: 'model_route.deleted',
        target: ids['ModelRoute'],
        workspace: ids.Workspace,
        changes: [
          ['model', 'fast', null],
          ['strategy', 'FALLBACK', null],
          ['targets', [{ llmConfiguration: ids['LlmConfiguration'], weight: 1 }], null],
        ],
      },
    ],
    again: 'NOT_FOUND',
  },
  requestWorkspaceReview: {
    input: ({ Workspace }) => ({ workspaceId: Workspace, reason: 'Yearly' }),
    tells: {
      action: 'workspace.review_requested',
      changes: [
        ['status', 'ACTIVE', 'REVIEW'],
        ['reviewReason', null, 'Yearly'],
      ],
    },
    again: 'INVALID',
  },
  restoreWorkspace: {
    before: 'archived_at = now()',
    input: ({ Workspace }) => ({ workspaceId: Workspace }),
    tells: { action: 'workspace.restored', changes: [['archivedAt', aTime, null]] },
  },
  reviewVirtualKeys: {
    input: ({ VirtualKey }) => ({
      decisions: [{ virtualKeyId: VirtualKey, decision: 'DISABLE', note: 'Nobody knows it' }],
    }),
    tells: {
      action: 'virtual_key.reviewed',
      changes: [
        ['decision', null, 'DISABLE'],
        ['note', null, 'Nobody knows it'],
        ['status', 'ACTIVE', 'DISABLED'],
      ],
    },
    again: 'another change',
  },
  revokeServiceToken: {
    input: ({ ServiceToken }) => ({ serviceTokenId: ServiceToken }),
    tells: { action: 'service_token.revoked', changes: [['revokedAt', null, aTime]] },
  },
  revokeVirtualKey: {
    input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, reason: 'Leaked' }),
    tells: {
      action: 'virtual_key.revoked',
      changes: [
        ['status', 'ACTIVE', 'REVOKED'],
        ['reason', null, 'Leaked'],
      ],
    },
  },
  rotateServiceToken: {
    input: ({ ServiceToken }) => ({ serviceTokenId: ServiceToken, overlapSeconds: 60, idempotencyKey: randomUUID() }),
    tells: ({ payload }) => ({
      action: 'service_token.rotated',
      changes: [
        ['maskedToken', expect.stringMatching(/^tvs_…....$/), `tvs_…${String(payload['token']).slice(-4)}`],
        ['overlapSeconds', null, 60],
      ],
    }),
  },
  rotateVirtualKey: {
    input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, overlapSeconds: 60, idempotencyKey: randomUUID() }),
    tells: ({ payload }) => ({
      action: 'virtual_key.rotated',
      changes: [
        ['maskedKey', 'tvk_…abcd', `tvk_…${String(payload['secret']).slice(-4)}`],
        ['overlapSeconds', null, 60],
      ],
    }),
  },
  selectWorkspace: {
    input: ({ Workspace }) => ({ workspaceId: Workspace }),
    tells: { action: 'workspace.selected', changes: [['isActive', false, true]] },
  },
  setModelRoute: {
    creates: ({ Workspace, LlmConfiguration, ModelRoute }) => ({
      workspaceId: Workspace,
      model: ModelRoute === undefined ? 'fast' : `model-${randomUUID()}`,
      strategy: 'FALLBACK',
      targets: [{ llmConfigurationId: LlmConfiguration }],
    }),
    input: ({ Workspace, LlmConfiguration }) => ({
      workspaceId: Workspace,
      model: 'fast',
      strategy: 'WEIGHTED',
      targets: [{ llmConfigurationId: LlmConfiguration, weight: 3 }],
      expectedVersion: 1,
    }),
    tells: ({ ids }) => ({
      action: 'model_route.set',
      changes: [
        ['strategy', 'FALLBACK', 'WEIGHTED'],
        [
          'targets',
          [{ llmConfiguration: ids['LlmConfiguration'], weight: 1 }],
          [{ llmConfiguration: ids['LlmConfiguration'], weight: 3 }],
        ],
      ],
    }),
  },
  syncTeamAccess: {
    changesPeople: true,
    input: () => ({
      users: [{ subject: 'colleague', name: `Colleague ${randomUUID()}`, email: 'colleague@example.com' }],
      teams: [{ externalId: 'crowd', name: `Crowd ${randomUUID()}`, subjects: ['colleague'] }],
    }),
    tells: ({ input, company: { colleague } }) => {
      const { users, teams } = input as Record<'users' | 'teams', { name: string }[]>;
      return [
        {
          action: 'user.updated',
          target: colleague.id,
          workspace: null,
          changes: [
            ['name', 'colleague', users[0]?.name],
            ['email', '', 'colleague@example.com'],
          ],
        },
        {
          action: 'team.created',
          target: expect.stringMatching(/^team_/),
          workspace: null,
          changes: [
            ['externalId', null, 'crowd'],
            ['name', null, teams[0]?.name],
            ['users', [], [colleague.id]],
          ],
        },
      ];
    },
  },
  transferWorkspaceOwnership: {
    input: ({ Workspace, User }) => ({ workspaceId: Workspace, expectedVersion: 1, ownerId: User }),
    tells: ({ company, ids }) => ({
      action: 'workspace.ownership_transferred',
      changes: [
        ['owner', company.people.owner.id, ids.User],
        ['members', [], [ids.User]],
      ],
    }),
  },
  updateGuardrail: {
    input: ({ Guardrail }) => ({ guardrailId: Guardrail, expectedVersion: 1, action: 'BLOCK', terms: ['secret'] }),
    tells: {
      action: 'guardrail.updated',
      changes: [
        ['action', 'FLAG', 'BLOCK'],
        ['terms', ['confidential'], ['secret']],
      ],
    },
  },
  updateLlmConfiguration: {
    input: ({ LlmConfiguration }) => ({
      llmConfigurationId: LlmConfiguration,
      expectedVersion: 1,
      model: 'gpt-larger',
      cachedInputPricePerMillionTokens: '1.25',
      enabled: false,
    }),
    tells: {
      action: 'llm_configuration.updated',
      changes: [
        ['model', 'gpt-large', 'gpt-larger'],
        ['enabled', true, false],
        ['cachedInputPricePerMillionTokens', null, '1.25'],
      ],
    },
  },
  updateVirtualKey: {
    input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, expectedVersion: 1, name: 'Renamed', enabled: false }),
    tells: {
      action: 'virtual_key.updated',
      changes: [
        ['name', 'owner', 'Renamed'],
        ['status', 'ACTIVE', 'DISABLED'],
      ],
    },
  },
  updateWorkspaceSettings: {
    input: ({ Workspace }) => ({
      workspaceId: Workspace,
      expectedVersion: 1,
      environment: 'STAGING',
      timeZone: 'Asia/Tokyo',
      budgetEnforcement: 'ALERT_ONLY',
      budgetAlertThresholds: [90, 50],
    }),
    tells: {
      action: 'workspace.settings_updated',
      changes: [
        ['environment', 'SANDBOX', 'STAGING'],
        ['budgetEnforcement', 'BLOCK', 'ALERT_ONLY'],
        ['budgetAlertThresholds', [80, 100], [50, 90]],
        ['timeZone', 'UTC', 'Asia/Tokyo'],
      ],
    },
  },
};

/**
 * What gateways call goes around the machinery of commands: no workspace is locked for it, nothing is audited, and people
 * may not send it. Who may, and what is answered, is tested beside each.
 */
const gatewayCalls: readonly string[] = ['authorizeGatewayRequest', 'recordUsage'];

/** The names of the mutations that are commands. */
export function mutationsOf(schema: GraphQLSchema): string[] {
  const all = Object.keys(schema.getMutationType()?.getFields() ?? {});
  return all.filter((name) => !gatewayCalls.includes(name));
}

export function commandOf(mutation: string): CommandRow {
  const command = commands[mutation];
  if (command === undefined) throw new Error(`There is no row for ${mutation} in testing/commands.ts.`);
  return command;
}

/** What a new object begins with: what the input says beside ids of other objects and the key against repeats. */
export function changesOfCreate(input: object): Change[] {
  return Object.entries(input)
    .filter(([field, value]) => value != null && field !== 'idempotencyKey' && !isIdField(field))
    .map(([field, value]) => [field, null, value]);
}

function isIdField(field: string): boolean {
  return /Ids?$/.test(field) && typesOfId(field).length > 0;
}

/** The events that the audit log has of the mutation once it is done. */
export function eventsOf(schema: GraphQLSchema, mutation: string, told: Told): readonly ToldEvent[] {
  const { tells = taleOfCreate(mutation, told) } = commandOf(mutation);
  const tale = typeof tells === 'function' ? tells(told) : tells;
  if (!('action' in tale)) return tale;
  const target = resultOf(schema, mutation, told.payload);
  const { noun } = parsed(target);
  const isWorkspace = noun.type === 'Workspace';
  const workspace = isWorkspace ? target : 'workspaceId' in noun.columns ? told.ids.Workspace : null;
  return [{ ...tale, target, workspace }];
}

function taleOfCreate(mutation: string, { input }: Told): Tale {
  const type = mutation.replace(/^create/, '');
  if (!nounsByType.has(type)) throw new Error(`The row of ${mutation} does not say what the audit log tells.`);
  const name = type.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return { action: `${name}.created`, changes: changesOfCreate(input) };
}

/** The names of the payload's fields that hold what the mutation was about, not what was there before or instead. */
export function resultFields(schema: GraphQLSchema, mutation: string): string[] {
  const payload = schema.getMutationType()?.getFields()[mutation]?.type;
  if (!isObjectType(payload)) throw new Error(`There is no mutation ${mutation}.`);
  return Object.values(payload.getFields())
    .filter(({ name, type }) => nounsByType.has(getNamedType(type).name) && !/^(?:conflicting|previous)/.test(name))
    .map(({ name }) => name);
}

/** The id of what the mutation was about, the first of several. */
function resultOf(schema: GraphQLSchema, mutation: string, payload: Told['payload']): string {
  const [result] = resultFields(schema, mutation).flatMap((name) => payload[name] ?? []) as { readonly id: string }[];
  if (result === undefined) throw new Error(`The payload of ${mutation} has no object.`);
  return result.id;
}

/** Brings the scene's workspace to where the mutation changes something. */
export async function prepare(server: TestServer, mutation: string, ids: Ids): Promise<void> {
  const { before } = commandOf(mutation);
  if (typeof before === 'string') await changeRows(server, ids.Workspace, before);
  else await before?.(server, ids);
}

/** The types of the scene's objects that the mutation's input names. */
export function namedTypes(mutation: string, ids: Ids): string[] {
  const text = JSON.stringify(commandOf(mutation).input(ids));
  return Object.entries(ids).flatMap(([type, id]) => (text.includes(id) ? [type] : []));
}

/** Ids that name nothing, to see which of them an input takes. */
const someIds = Object.fromEntries(nodeTypes.map((type) => [type, idOfNothing(type)])) as unknown as Ids;

/** The types of the objects that the mutation's row names. */
export function typesNamedBy(mutation: string): string[] {
  return namedTypes(mutation, someIds);
}

/** The mutation that makes objects of the type: it creates them, or sets them. */
export function createOf(type: string): string {
  return `create${type}` in commands ? `create${type}` : `set${type}`;
}

/** The types of the objects that the mutation needs: those that its row names, and what it sets. */
export function typesFor(mutation: string): string[] {
  return [...typesNamedBy(mutation), ...nodeTypes.filter((type) => mutation === `set${type}`)];
}

/** These types and those that there must be objects of before, by the rows of their creates. */
export function withNeeded(types: readonly string[]): ReadonlySet<string> {
  const all = new Set(types);
  // What is added meanwhile comes by in its turn.
  for (const type of all) {
    if (type === 'RequestLog') for (const needed of ['LlmConfiguration', 'Guardrail']) all.add(needed);
    const row = commands[createOf(type)];
    const text = JSON.stringify((row?.creates ?? row?.input)?.(someIds) ?? null);
    for (const needed of nodeTypes) if (text.includes(idOf(someIds, needed))) all.add(needed);
  }
  return all;
}

/**
 * The mutation as text: it takes `$input` and these variables, and asks for everything of the payload and for this of
 * `query`.
 */
export function mutationText(schema: GraphQLSchema, mutation: string, query = '', variables = ''): string {
  const field = schema.getMutationType()?.getFields()[mutation];
  const [input] = field?.args ?? [];
  if (!isObjectType(field?.type) || input === undefined) throw new Error(`There is no mutation ${mutation}.`);
  const after = query === '' ? '' : `query { ${query} }`;
  return `mutation ($input: ${input.type} ${variables}) { ${mutation}(input: $input) { ${wholeSelection(field.type)} ${after} } }`;
}
